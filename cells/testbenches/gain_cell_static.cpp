// Static I(V). The storage node is reached through the open write gate, so the cell is the one of the array, without a
// probe: in DC the gate carries only the tunnelling current of the pair (picoamperes), and sn equals wbl.

#include "gain_cell_bench.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

netlist::Deck gainCellStaticDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                                 int points) {
  if (points < 2) throw support::Error("CEL-0012", "a sweep needs at least two points", "static I(V)");
  CellBench bench = startCellBench(pdk, conditions, design, "Static I(V)", StorageNode::Internal);
  bench.drive("wbl", netlist::Dc{0.0});
  bench.driveWriteEnable(true);
  bench.driveWordLine(true);
  netlist::DcSweep sweep;
  sweep.source = "wbl";
  sweep.stop = conditions.vdd;
  sweep.step = conditions.vdd / (points - 1);
  bench.deck.analysis = sweep;
  bench.deck.saves = {"v(wbl)", "v(xcell.sn)", "i(vbl)", "i(vvdd)", "i(vvss)"};
  return std::move(bench.deck);
}

}  // namespace gaincell::cells
