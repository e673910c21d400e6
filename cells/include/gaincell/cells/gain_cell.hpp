#pragma once
/// @file
/// The 6T gain cell: parameters, generation, and its testbench decks.
///
///   wbl --[write gate: write_n (we), write_p (web)]-- sn --||-- vss          sn drives the gates of pair_n and pair_p
///   vdd --[pair_p]-- d --[pair_n]-- vss        d --[read gate: read_n (wl), read_p (wlb)]-- bl
///
/// A stored voltage above the zero-weight voltage VDD/2 turns on pair_n, which pulls current out of the bit line: a
/// NEGATIVE bit-line current in the project's convention (netlist/circuit.hpp).

#include <optional>
#include <string>
#include <vector>

#include "gaincell/cells/generator.hpp"
#include "gaincell/design/design.hpp"
#include "gaincell/netlist/circuit.hpp"
#include "gaincell/pdk/pdk.hpp"

namespace gaincell::cells {

/// The cell of a design: devices, capacitor and the levels the cell wants to be driven with.
struct GainCellDesign {
  pdk::Role pair_n, pair_p, read_n, read_p, write_n;
  std::optional<pdk::Role> write_p;  ///< absent: single-ended write switch, no `web` and no n-well port
  double c_storage = 0;              ///< F
  double we_low = 0, we_high = 0;    ///< V, levels of `we` and `web`
  double n_well = 0;                 ///< V, bulk of write_p
  double wbl_idle = 0;               ///< V, where the write bit line waits between writes
};

/// Declares the branch `cell`.
void declareGainCell(const pdk::Pdk& pdk, design::Schema& schema);

/// Flavour, width and length of a device's branch ("cell.read_n").
pdk::Role deviceOf(const design::Branch& device);

/// The branch `cell` of a design.
GainCellDesign resolveGainCell(const design::Design& design);

/// Its devices and capacitor without the levels, which are NaN: for circuits that hold cells and drive no write line.
GainCellDesign resolveCellDevices(const design::Design& design);

/// What one cell at rest adds to its bit line, and to its word line or complement, beside their wire (F).
double bitLineLoad(const design::Design& design);
double wordLineLoad(const design::Design& design);

/// The same levels at another supply: those that equal the PDK's core supply, and the parked write bit line, follow it;
/// levels from a separate supply (1.8 V write enable) stay.
GainCellDesign atSupply(GainCellDesign design, const pdk::Pdk& pdk, double vdd);

/// Whether the storage node is a port (testbenches that force it), or internal as in an array.
enum class StorageNode { Internal, Port };

/// A defined cell: how to place it.
struct GainCell {
  std::string subcircuit;
  GainCellDesign design;  ///< as of resolveCellDevices()
  StorageNode storage = StorageNode::Internal;
};

/// Adds the cell's subcircuit to `circuit` (once per name) and returns how to place it. Ports, in this order:
/// wbl we [web] wl wlb bl [nw] [sn] vdd vss; `web` and `nw` exist when the design has a write_p device, `sn` when
/// asked for. Every size and the capacitor are subcircuit parameters.
GainCell defineGainCell(const pdk::Pdk& pdk, const design::Design& design, netlist::Circuit& circuit,
                        StorageNode storage = StorageNode::Internal);

/// Nodes of one placed cell; those the design does not have are ignored.
struct GainCellNodes {
  std::string wbl = "wbl", we = "we", web = "web", wl = "wl", wlb = "wlb", bl = "bl", nw = "nw", sn = "sn", vdd = "vdd",
              vss = "0";
};

/// A call of the cell with the nodes in the order of its ports.
netlist::Instance placeGainCell(const GainCell& cell, const std::string& name, const GainCellNodes& nodes);

// --- testbenches ---------------------------------------------------------------------------------------------------
// Common to all decks: one cell called "cell"; voltage sources vdd, vss, bl (at VDD/2), wbl, wl, wlb, we, web, nw with
// the names of their nodes. i(vbl) is the bit-line current in the project's sign: positive into the bit line.

/// Static I(V): the write gate stays open and carries the stored level from a swept write bit line (source `wbl`) to
/// the storage node, the word line is high, the bit line is held at VDD/2. `points` equidistant levels from 0 to VDD.
netlist::Deck gainCellStaticDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                                 int points);

/// One step of an operating sequence.
struct CellStep {
  double level = 0;            ///< V on the write bit line
  double write_width = 0;      ///< s, write-enable pulse (half height); 0: no write in this step
  double read_width = 0;       ///< s, word-line pulse (half height); 0: no read in this step
  double discharge_width = 0;  ///< s, a pulse with the write bit line at 0 V just before the write; 0: none
};

/// Times of one step in the deck, all at the half height of an edge.
struct CellStepTimes {
  double begin = 0, end = 0;               ///< s
  double write_on = 0, write_off = 0;      ///< s; equal without a write
  double read_on = 0, read_off = 0;        ///< s; equal without a read
  double before_read = 0, after_read = 0;  ///< s, quiet instants around the read
};

/// A transient deck and the times of its steps.
struct CellSequence {
  netlist::Deck deck;
  std::vector<CellStepTimes> steps;
};

/// Operates one cell through the steps: write (write bit line to the level, write enable pulse, write bit line back to
/// its idle level), then read (word-line pulse). The storage node floats between. Saved: v(bl) is forced;
/// v(xcell.sn), v(wbl) and the currents of all sources.
CellSequence gainCellSequence(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                              const std::vector<CellStep>& steps);

/// Leakage by level: write gate off, write bit line parked at `wbl` volt, word line low, the storage node forced by
/// source `sn` and swept over 0..VDD in `points`. i(vsn) > 0: the cell charges its storage node.
netlist::Deck gainCellLeakageDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                                  double wbl, int points);

/// Capacitance of the storage node by level: as the leakage deck, the node ramped from 0 to VDD in `ramp` seconds and
/// back; C(V) = -i(vsn)/(dV/dt), averaged over both directions to cancel the leakage.
netlist::Deck gainCellCapacitanceDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions,
                                      const design::Design& design, double ramp);

/// Cross-check of the retention: the floating node of one cell starts at `start` volt; `stop` seconds of transient.
netlist::Deck gainCellHoldDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                               double wbl, double start, double stop);

/// Registration of kind "gain-cell".
Generator gainCellGenerator();

}  // namespace gaincell::cells
