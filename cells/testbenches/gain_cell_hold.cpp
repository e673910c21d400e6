// Leakage of the storage node, its capacitance, and the slow transient that cross-checks their quotient.

#include <algorithm>

#include "gain_cell_bench.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

namespace {

/// A cell at rest: write gate off, word line low, write bit line parked.
CellBench restingCell(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                      const std::string& title, StorageNode storage, double wbl) {
  CellBench bench = startCellBench(pdk, conditions, design, title, storage);
  bench.drive("wbl", netlist::Dc{wbl});
  bench.driveWriteEnable(false);
  bench.driveWordLine(false);
  // A gigohm shunt of the default gmin (1e-12 S) would leak as much as the cell (about 1 pA at 0.9 V).
  bench.deck.options.insert({{"gmin", "1e-18"}, {"abstol", "1e-19"}, {"reltol", "1e-5"}, {"vntol", "1e-8"}});
  // Trapezoidal integration rings after the corners of a ramp and would alternate around the capacitance.
  bench.deck.options.insert({"method", "gear"});
  return bench;
}

}  // namespace

netlist::Deck gainCellLeakageDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                                  double wbl, int points) {
  if (points < 2) throw support::Error("CEL-0016", "a sweep needs at least two points", "leakage");
  CellBench bench = restingCell(pdk, conditions, design, "Leakage", StorageNode::Port, wbl);
  bench.drive("sn", netlist::Dc{0.0});
  netlist::DcSweep sweep;
  sweep.source = "sn";
  sweep.stop = conditions.vdd;
  sweep.step = conditions.vdd / (points - 1);
  bench.deck.analysis = sweep;
  bench.deck.saves = {"v(sn)", "i(vsn)", "i(vwbl)", "i(vbl)", "i(vvdd)"};
  return std::move(bench.deck);
}

netlist::Deck gainCellCapacitanceDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions,
                                      const design::Design& design, double ramp) {
  CellBench bench = restingCell(pdk, conditions, design, "Storage capacitance", StorageNode::Port,
                                atSupply(resolveGainCell(design), pdk, conditions.vdd).wbl_idle);
  const double vdd = conditions.vdd;
  const double lead = 0.1 * ramp;
  bench.drive("sn", netlist::Pwl{{{0, 0},
                                  {lead, 0},
                                  {lead + ramp, vdd},
                                  {2 * lead + ramp, vdd},
                                  {2 * lead + 2 * ramp, 0},
                                  {3 * lead + 2 * ramp, 0}}});
  bench.deck.analysis = netlist::Transient{ramp / 400, 3 * lead + 2 * ramp, ramp / 400};
  bench.deck.saves = {"v(sn)", "i(vsn)"};
  return std::move(bench.deck);
}

netlist::Deck gainCellHoldDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                               double wbl, double start, double stop) {
  CellBench bench = restingCell(pdk, conditions, design, "Hold", StorageNode::Internal, wbl);
  // Without a bound on charge error far below the charge lost per step the integration freezes.
  bench.deck.options.insert({"chgtol", "1e-21"});
  bench.deck.initial["xcell.sn"] = start;
  bench.deck.analysis = netlist::Transient{stop / 400, stop, stop / 400};
  bench.deck.saves = {"v(xcell.sn)"};
  return std::move(bench.deck);
}

}  // namespace gaincell::cells
