#include <fmt/format.h>

#include <cmath>

#include "gaincell/cells/column.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"
#include "testbench_parts.hpp"

namespace gaincell::cells {

using design::Design;
using netlist::Dc;

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw support::Error("CNV-0002", what, "stimulus of the column",
                       "give one stored voltage and one input within the levels of a pulse per row");
}

void checkStimulus(const ColumnStimulus& s, int rows, int top, double vdd) {
  const auto n = static_cast<std::size_t>(rows);
  if (s.stored.size() != n) refuse(fmt::format("{} stored values for {} rows", s.stored.size(), rows));
  for (double v : s.stored)
    if (!std::isfinite(v) || v < 0 || v > vdd)
      refuse(fmt::format("a stored voltage of {} V is outside 0 .. {} V", v, vdd));
  if (s.inputs.empty()) refuse("there is no operation");
  for (const auto& row : s.inputs) {
    if (row.size() != n) refuse(fmt::format("{} inputs for {} rows", row.size(), rows));
    for (double level : row)
      if (!std::isfinite(level) || level < 0 || level > top + 0.1)
        refuse(fmt::format("input {} is outside 0 .. {}", level, top));
  }
}

/// Idle levels of the write lines: gates off, write bit line parked.
void addWriteIdle(netlist::Circuit& c, const GainCellDesign& cell) {
  c.add(netlist::VoltageSource{"wbl", "wbl", "0", Dc{cell.wbl_idle}});
  c.add(netlist::VoltageSource{"we", "we", "0", Dc{cell.we_low}});
  if (!cell.write_p) return;
  c.add(netlist::VoltageSource{"web", "web", "0", Dc{cell.we_high}});
  c.add(netlist::VoltageSource{"nw", "nw", "0", Dc{cell.n_well}});
}

GainCellDesign cellAt(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
  return atSupply(resolveGainCell(design), pdk, conditions.vdd);
}

}  // namespace

netlist::Deck columnDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, ConverterKind kind,
                         const Design& design, const ColumnStimulus& stimulus) {
  const int rows = arrayRows(design, arrayOf(kind)), operations = static_cast<int>(stimulus.inputs.size());
  checkStimulus(stimulus, rows, design::topPulse(design), conditions.vdd);
  netlist::Deck deck = pdk::emptyDeck(pdk, conditions, fmt::format("column of {} gain cells", rows));
  netlist::Circuit& c = deck.circuit;
  const std::string name = generator(columnKind(kind)).define(pdk, design, c);
  const ConverterTiming timing = converterTiming(kind, design);
  deck.saves = {"v(out)", kind == ConverterKind::Relu ? "v(outb)" : "v(sgn)", "v(xcolumn.bl)", "i(vddc)"};
  // The reset after the last operation brings its charge back: it belongs to it, and is simulated up to its end.
  addConverterSources(deck, pdk, {kind, design, "", 1, operations + 1, 0, 0, stimulus.level_low, stimulus.level_high},
                      conditions.vdd);
  addWriteIdle(c, cellAt(pdk, conditions, design));
  c.add(netlist::VoltageSource{"ddc", "vddc", "0", Dc{conditions.vdd}});

  std::vector<double> starts;
  starts.reserve(static_cast<std::size_t>(operations));
  for (int k = 0; k < operations; ++k) starts.push_back(k * timing.period + timing.input_start);
  for (int i = 0; i < rows; ++i) {
    std::vector<double> widths;
    for (const auto& row : stimulus.inputs)
      widths.push_back(row[static_cast<std::size_t>(i)] * design::pulseLsb(design));
    for (const char* line : {"wl", "wlb"}) {
      const std::string node = fmt::format("{}_{}", line, i);
      c.add(netlist::VoltageSource{node, node, "0",
                                   pulseSequence(starts, widths, timing.edge, conditions.vdd, line[2] == 'b')});
      deck.saves.push_back(fmt::format("i(v{})", node));
    }
    deck.initial[fmt::format("xcolumn.xcells.xcell_{}.sn", i)] = stimulus.stored[static_cast<std::size_t>(i)];
  }
  const OutputLoad load = outputLoad(kind, pdk, design);
  for (const char* out : {"out", kind == ConverterKind::Relu ? "outb" : "sgn"}) {
    c.add(netlist::Resistor{fmt::format("load_{}", out), out, fmt::format("far_{}", out), load.r});
    c.add(netlist::Capacitor{fmt::format("load_{}", out), fmt::format("far_{}", out), "0", load.c});
  }
  netlist::Instance x{"column", name, c.find(name)->ports, {}};
  for (auto& node : x.nodes) {  // all write lines idle together
    if (node.rfind("wbl_", 0) == 0) node = "wbl";
    if (node.rfind("we_", 0) == 0) node = "we";
    if (node.rfind("web_", 0) == 0) node = "web";
  }
  c.add(x);
  setColumnTransient(deck, kind, operations * timing.period + timing.input_start);
  return deck;
}

netlist::Deck cellChargeDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design,
                             double stored, double bitline, const std::vector<double>& widths, double spacing) {
  netlist::Deck deck = pdk::emptyDeck(pdk, conditions, "charge of one cell per pulse, bit line held");
  netlist::Circuit& c = deck.circuit;
  const GainCell placed = defineGainCell(pdk, design, c);
  const double edge = design::edgeTime(design);
  std::vector<double> starts;
  for (std::size_t k = 0; k < widths.size(); ++k) starts.push_back((static_cast<double>(k) + 0.1) * spacing);
  c.add(netlist::VoltageSource{"dd", "vdd", "0", Dc{conditions.vdd}});
  c.add(netlist::VoltageSource{"hold", "bl", "0", Dc{bitline}});
  c.add(netlist::VoltageSource{"wl", "wl", "0", pulseSequence(starts, widths, edge, conditions.vdd, false)});
  c.add(netlist::VoltageSource{"wlb", "wlb", "0", pulseSequence(starts, widths, edge, conditions.vdd, true)});
  addWriteIdle(c, cellAt(pdk, conditions, design));
  c.add(placeGainCell(placed, "cell", {}));
  deck.initial["xcell.sn"] = stored;
  deck.saves = {"i(vhold)"};
  setConverterTransient(deck, static_cast<double>(widths.size()) * spacing);
  return deck;
}

}  // namespace gaincell::cells
