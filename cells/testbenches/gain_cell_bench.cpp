#include "gain_cell_bench.hpp"

#include <fmt/format.h>

#include <utility>

#include "gaincell/design/conventions.hpp"

namespace gaincell::cells {

void CellBench::drive(const std::string& node, netlist::Stimulus stimulus) {
  deck.circuit.add(netlist::VoltageSource{node, node, "0", std::move(stimulus)});
}

void CellBench::driveWriteEnable(bool on) {
  drive("we", netlist::Dc{on ? design.we_high : design.we_low});
  if (!design.write_p) return;
  drive("web", netlist::Dc{on ? design.we_low : design.we_high});
  drive("nw", netlist::Dc{design.n_well});
}

void CellBench::driveWordLine(bool on) {
  drive("wl", netlist::Dc{on ? vdd : 0.0});
  drive("wlb", netlist::Dc{on ? 0.0 : vdd});
}

CellBench startCellBench(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                         const std::string& title, StorageNode storage) {
  CellBench bench;
  bench.vdd = conditions.vdd;
  bench.edge = design::edgeTime(design);
  bench.deck = pdk::emptyDeck(pdk, conditions,
                              fmt::format("{} of the gain cell, {} {} {} C {} V", title, pdk.name, conditions.corner,
                                          conditions.temp_c, conditions.vdd));
  bench.cell = defineGainCell(pdk, design, bench.deck.circuit, storage);
  bench.design = atSupply(resolveGainCell(design), pdk, conditions.vdd);
  bench.drive("vdd", netlist::Dc{conditions.vdd});
  bench.drive("vss", netlist::Dc{0.0});  // a source, so that the ground current is measured and charges can be balanced
  bench.drive("bl", netlist::Dc{0.5 * conditions.vdd});
  GainCellNodes nodes;
  nodes.vss = "vss";
  bench.deck.circuit.add(placeGainCell(bench.cell, "cell", nodes));
  return bench;
}

void saveAll(CellBench& bench) {
  bench.deck.saves.push_back(bench.cell.storage == StorageNode::Port ? "v(sn)" : "v(xcell.sn)");
  for (const auto& element : bench.deck.circuit.top)
    if (const auto* source = std::get_if<netlist::VoltageSource>(&element))
      bench.deck.saves.push_back("i(v" + source->name + ")");
}

}  // namespace gaincell::cells
