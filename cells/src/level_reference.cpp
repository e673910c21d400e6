// The two end levels of the write DAC, from gain cells that watch each other.
//
//   push cell (stores low) ──┬── pull cell (stores VDD)       low rises from 0 until the push is as weak as the pull
//                         amplifier ── low
//   push cell (stores 0)  ───┬── pull cell (stores high)      high falls from VDD until the pull is as weak as the push
//                         amplifier ── high
//
// Where n and p are alike both stay at the rails. Where one is stronger (corners sf and fs), its end level moves in,
// the amplifier of the other rests at its rail, and the cell pushes as much as it pulls again: a single reference
// current in the converters can then follow both.

#include <fmt/format.h>

#include "blocks.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/cells/drivers.hpp"

namespace gaincell::cells {

using design::Design;

namespace {

/// One pair of cells on a common bit line, all write gates off, word lines on.
void addCells(netlist::Subcircuit& sub, const GainCell& cell, const std::string& name, const std::string& push,
              const std::string& pull) {
  const std::string ground(1, '0');  // gcc 12 sees an overlap in assigning the one-letter literal
  GainCellNodes nodes;
  nodes.we = nodes.wlb = ground;
  nodes.web = nodes.wl = nodes.nw = nodes.vdd = "vdd";
  nodes.bl = fmt::format("{}_bl", name);
  nodes.wbl = nodes.sn = push;
  sub.add(placeGainCell(cell, fmt::format("{}_push", name), nodes));
  nodes.wbl = nodes.sn = pull;
  sub.add(placeGainCell(cell, fmt::format("{}_pull", name), nodes));
}

}  // namespace

void declareLevelReference(design::Schema& schema) {
  const design::SchemaBranch level(schema, "reference.level");
  using Length = design::SchemaBranch::Length;
  level.pair("amp", "input pair of the amplifiers (n for the high level, p for the low)", Length::Given);
  level.pair("load", "mirror load of the amplifiers", Length::Given);
  level.pair("tail", "tail of the amplifiers and the diodes that bias them", Length::Given);
  level.real("r", "ohm", 1e3, 1e7, "resistor between the bias diodes: sets the tails");
  level.real("c", "F", 0, 1e-6, "capacitor on each level: gives the DAC its charge and the loop its slowest pole");
}

std::string defineLevelReference(const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
  const GainCell cell = defineGainCell(pdk, design, circuit, StorageNode::Port);
  const design::Branch level = design.branch("reference.level");
  netlist::Subcircuit sub;
  sub.name = "level_reference";
  sub.description = "end levels of the write DAC at which a cell pushes as much as it pulls";
  sub.ports = {"low", "high", "mid", "vdd"};
  Blocks b(pdk, sub);
  addCells(sub, cell, "lo", "low", "vdd");
  addCells(sub, cell, "hi", "0", "high");
  const PairSize amp = pairSize(level, "amp"), load = pairSize(level, "load"), tail = pairSize(level, "tail");
  b.pmos("bias_p", "pb", "pb", "vdd", tail.p, tail.l);
  b.resistor("bias", "pb", "nb", level.real("r"));
  b.nmos("bias_n", "nb", "nb", "0", tail.n, tail.l);
  // p input: the output reaches ground.
  b.pmos("lo_tail", "lo_t", "pb", "vdd", tail.p, tail.l);
  b.pmos("lo_in", "lo_m", "lo_bl", "lo_t", amp.p, amp.l);
  b.pmos("lo_mid", "low", "mid", "lo_t", amp.p, amp.l);
  b.nmos("lo_load_in", "lo_m", "lo_m", "0", load.n, load.l);
  b.nmos("lo_load_out", "low", "lo_m", "0", load.n, load.l);
  // n input: the output reaches the supply.
  b.nmos("hi_tail", "hi_t", "nb", "0", tail.n, tail.l);
  b.nmos("hi_in", "hi_m", "hi_bl", "hi_t", amp.n, amp.l);
  b.nmos("hi_mid", "high", "mid", "hi_t", amp.n, amp.l);
  b.pmos("hi_load_in", "hi_m", "hi_m", "vdd", load.p, load.l);
  b.pmos("hi_load_out", "high", "hi_m", "vdd", load.p, load.l);
  b.capacitor("low", "low", "0", level.real("c"));
  b.capacitor("high", "high", "vdd", level.real("c"));
  circuit.define(sub);
  return sub.name;
}

netlist::Deck levelReferenceDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design,
                                 double stop) {
  netlist::Deck deck = pdk::emptyDeck(pdk, conditions, "end levels of the write DAC, and what cells do with them");
  netlist::Circuit& c = deck.circuit;
  const std::string name = defineLevelReference(pdk, design, c);
  const GainCell cell = defineGainCell(pdk, design, c, StorageNode::Port);
  c.add(netlist::VoltageSource{"vdd", "vdd", "0", netlist::Dc{conditions.vdd}});
  c.add(netlist::VoltageSource{"mid", "mid", "0", netlist::Dc{conditions.vdd / 2}});
  c.add(netlist::Instance{"reference", name, {"low", "high", "mid", "vdd"}, {}});
  // Two further cells on held bit lines, with the levels just made.
  const std::string ground(1, '0');  // gcc 12 sees an overlap in assigning the one-letter literal
  GainCellNodes nodes;
  nodes.we = nodes.wlb = ground;
  nodes.web = nodes.wl = nodes.nw = nodes.vdd = "vdd";
  for (const auto& [line, level] : {std::pair{"push", "low"}, {"pull", "high"}}) {
    c.add(netlist::VoltageSource{line, line, "0", netlist::Dc{conditions.vdd / 2}});
    nodes.bl = line;
    nodes.wbl = nodes.sn = level;
    c.add(placeGainCell(cell, line, nodes));
  }
  // From the rails, where no correction is: what is read at the end was regulated, not guessed.
  deck.initial = {{"low", 0.0}, {"high", conditions.vdd}};
  deck.analysis = netlist::Transient{stop / 200, stop, stop / 200, false};
  deck.options = {{"method", "gear"}, {"reltol", "1e-4"}};
  deck.saves = {"v(low)", "v(high)", "i(vpush)", "i(vpull)", "i(vvdd)"};
  return deck;
}

Generator levelReferenceGenerator() {
  Generator g;
  g.kind = "level-reference";
  g.description = "end levels of the write DAC from replica cells: push and pull stay equal over corners";
  g.define = defineLevelReference;
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    return levelReferenceDeck(pdk, conditions, design, 2e-6);
  };
  return g;
}

}  // namespace gaincell::cells
