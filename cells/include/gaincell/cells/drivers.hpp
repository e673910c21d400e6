#pragma once
/// @file
/// What drives the rows and the write lines of an array: word-line driver (PWM input), write DAC and write-enable
/// driver.

#include <string>
#include <vector>

#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/cells/generator.hpp"

namespace gaincell::cells {

// --- word line ------------------------------------------------------------------------------------------------------

/// Kind "word-line-driver": two inverter chains make the word line and its complement from one pulse.
Generator wordLineDriverGenerator();
/// Declares the chains of the branch `driver`.
void declareWordLineDriver(design::Schema& schema);

/// Adds the driver's subcircuit; ports: in wl wlb vdd. Returns its name.
std::string defineWordLineDriver(const pdk::Pdk& pdk, const design::Design& design, netlist::Circuit& circuit);

/// Pulses of the given widths (s) at the input, one every `period` (s), the first rising at `first`. The driver sees a
/// ladder of `array.cols` elements with the read gates of the design's cell. Nodes: in, wl_near, wlb_near, wl_far,
/// wlb_far; sources: vdd (driver), mid (where the read gates' channels end), in.
netlist::Deck wordLineDriverDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                                 const std::vector<double>& widths, double first, double period);

// --- PWM input ------------------------------------------------------------------------------------------------------

/// Kind "pwm-driver": one row's input level selects which of the shared stop lines ends its pulse.
Generator pwmDriverGenerator();
/// Declares the branch `driver.pwm`.
void declarePwmDriver(design::Schema& schema);
/// Ports: stop_0 .. stop_<n-1> sel_0 .. sel_<n-1> window_b wl wlb vdd. Returns the subcircuit's name.
std::string definePwmDriver(const pdk::Pdk& pdk, const design::Design& design, netlist::Circuit& circuit);

struct PwmDriverDeck {
  netlist::Deck deck;
  std::vector<double> starts;  ///< s, when the window opens for each level
  double slot = 0;             ///< s, from one start to the next
};
/// The levels of `codes` one after the other, `clock` seconds per level, into the ladder of a row. Saved: v(wl_far),
/// v(wlb_far), i(vvdd). @throws Error (CEL-0024) for a level that does not exist, (CEL-0025) for an empty sequence.
PwmDriverDeck pwmDriverDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                            const std::vector<int>& codes, double clock);

// --- write path -----------------------------------------------------------------------------------------------------

/// Kind "write-path": an 8-level DAC that selects one of shared reference rails, or parks the write bit line; a
/// write-enable driver with column select.
Generator writePathGenerator();
/// Declares the branch `write`.
void declareWritePath(design::Schema& schema);

/// Subcircuit names of the write path's parts.
struct WritePath {
  std::string dac;     ///< ports: ref_0..ref_<n-1> park sel_0..sel_<n-1> selpark out vdd
  std::string driver;  ///< ports: column clock we web vdd; we is high while both inputs are
  int levels = 8;
};
/// @throws Error (CEL-0021) when the cell's write enable needs a supply above the core's.
WritePath defineWritePath(const pdk::Pdk& pdk, const design::Design& design, netlist::Circuit& circuit);

/// One write of the bench: previous content is whatever the write before left.
struct WritePathDeck {
  netlist::Deck deck;
  std::vector<CellStepTimes> steps;  ///< write_on: the DAC leaves the discharge level; write_off: the clock falls
};

/// Writes level numbers one after the other: park, discharge to level 0 for `discharge` s with the write enable already
/// high (0: no discharge phase), the level for `width` s, write enable off, park. The cell sits at the far end of its
/// write bit line (`array.cols` elements) and of its write-enable line (`array.rows` elements). Saved: v(xcell.sn),
/// v(wbl_far), v(we_far) and the currents of the sources vdd, ref_k, park.
WritePathDeck writePathDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                            const std::vector<int>& levels, double discharge, double width);

// --- end levels of the DAC ------------------------------------------------------------------------------------------

/// Kind "level-reference": replica cells move an end level of the write DAC in where n and p differ in strength.
Generator levelReferenceGenerator();
/// Declares the branch `reference.level`.
void declareLevelReference(design::Schema& schema);
/// Ports: low high mid vdd. Returns the subcircuit's name.
std::string defineLevelReference(const pdk::Pdk& pdk, const design::Design& design, netlist::Circuit& circuit);
/// A transient of `stop` seconds from levels at the rails. Saved: v(low), v(high), i(vvdd), and the currents of two
/// further cells on held bit lines that store them, i(vpush) > 0 and i(vpull) < 0.
netlist::Deck levelReferenceDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                                 double stop);

}  // namespace gaincell::cells
