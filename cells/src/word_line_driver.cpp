// Word-line driver: the PWM pulse of an input, or the pulse of the converter before it, onto the read gates of a row.
//
//   in ─ inv ─┬─ inv ─ inv ─ inv ─────── wl      (4 inversions)
//             └─ inv ─ inv ─ inv ─ inv ─ wlb     (5 inversions; smaller first stages make up for the extra one)

#include <fmt/format.h>

#include <array>

#include "blocks.hpp"
#include "gaincell/cells/drivers.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;

namespace {

struct Stage {
  const char* name;
  PairSize size;
  const char* what;
};

// Sizes for 64 read gates and their wire on gc28; the complement's taper equalises the two delays.
const std::array<Stage, 8> kStages = {{
    {"input", {0.2e-6, 0.4e-6}, "input inverter"},
    {"wl_1", {0.3e-6, 0.6e-6}, "first inverter of the word line"},
    {"wl_2", {0.8e-6, 1.6e-6}, "second inverter of the word line"},
    {"wl_3", {2e-6, 4e-6}, "output inverter of the word line"},
    {"wlb_1", {0.25e-6, 0.5e-6}, "first inverter of the complement"},
    {"wlb_2", {0.45e-6, 0.9e-6}, "second inverter of the complement"},
    {"wlb_3", {1e-6, 2e-6}, "third inverter of the complement"},
    {"wlb_4", {2e-6, 4e-6}, "output inverter of the complement"},
}};

}  // namespace

ParameterSet wordLineDriverParameters(const pdk::Pdk&) {
  ParameterSet set;
  for (const auto& s : kStages) declarePair(set, s.name, s.size, s.what);
  set.declare(
      {Parameter::integer("cols", 64, 1, 1024, "read gates on the word line (testbench)"),
       Parameter::real("wire_r", "ohm", 2.0, 1e-3, 1e4, "series resistance per element (published array model)"),
       Parameter::real("wire_c", "F", 0.8e-15, 0, 1e-12, "capacitance per element (published array model)")});
  return set;
}

std::string defineWordLineDriver(const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit) {
  netlist::Subcircuit sub;
  sub.name = "word_line_driver";
  sub.description = "word-line driver: wl follows in, wlb is its complement";
  sub.ports = {"in", "wl", "wlb", "vdd"};
  Blocks b(pdk, sub);
  b.inverter("input", "in", "inb", pairSize(set, "input"));
  b.inverter("wl_1", "inb", "w1", pairSize(set, "wl_1"));
  b.inverter("wl_2", "w1", "w2", pairSize(set, "wl_2"));
  b.inverter("wl_3", "w2", "wl", pairSize(set, "wl_3"));
  b.inverter("wlb_1", "inb", "c1", pairSize(set, "wlb_1"));
  b.inverter("wlb_2", "c1", "c2", pairSize(set, "wlb_2"));
  b.inverter("wlb_3", "c2", "c3", pairSize(set, "wlb_3"));
  b.inverter("wlb_4", "c3", "wlb", pairSize(set, "wlb_4"));
  circuit.define(sub);
  return sub.name;
}

Generator wordLineDriverGenerator() {
  Generator g;
  g.kind = "word-line-driver";
  g.description = "drives a word line and its complement from one pulse";
  g.parameters = wordLineDriverParameters;
  g.define = defineWordLineDriver;
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ParameterSet& set) {
    return wordLineDriverDeck(pdk, conditions, set, {1e-9, 8e-9, 15e-9}, 1e-9, 18e-9);
  };
  return g;
}

}  // namespace gaincell::cells
