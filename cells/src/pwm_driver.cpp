// PWM driver of one row: from an input level to the pulse on word line and complement.
//
//   stop_0 .. stop_15 ─[gate sel_k]─┬─ inv ──┐
//   window_b ─────────[gate, on]────┴─ inv ── nand ─ inv ─ word-line driver ─ wl, wlb
//
// All rows share the timing: window_b falls when the pulses start, stop_k rises k clock periods later. A row only
// chooses which stop ends its pulse, so it has no counter, nothing in it runs at the clock, and all rows have the same
// levels. stop_0 rises before the window opens: level 0 gives no pulse, not a short one. The always-on gate in the
// window's path makes start and stop alike late.

#include <fmt/format.h>

#include "blocks.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/cells/drivers.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;

ParameterSet pwmDriverParameters(const pdk::Pdk& pdk) {
  ParameterSet set({Parameter::integer("levels", 16, 2, 64, "input levels, 0 included (published: 16)"),
                    Parameter::real("match_c", "F", 16e-15, 0, 1e-12,
                                    "capacitor in the window's path, as large as the junctions of the other taps")});
  declarePair(set, "tap", {1e-6, 1e-6, 0}, "transmission gate of each stop line");
  declarePair(set, "select", {0.2e-6, 0.4e-6, 0}, "inverter of each select line");
  declarePair(set, "sense", {0.3e-6, 0.6e-6, 0}, "inverters behind the gates, and the one that makes the pulse");
  declarePair(set, "nand", {0.4e-6, 0.4e-6, 0}, "gate of start and stop");
  declarePrefixed(set, "driver_", wordLineDriverParameters(pdk));
  return set;
}

std::string definePwmDriver(const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit) {
  const std::string driver =
      defineWordLineDriver(pdk, extractPrefixed(set, "driver_", wordLineDriverParameters(pdk)), circuit);
  const int levels = set.integer("levels");
  netlist::Subcircuit sub;
  sub.name = "pwm_driver";
  sub.description = "input level to word-line pulse: one of the shared stop lines ends it";
  for (int k = 0; k < levels; ++k) sub.ports.push_back(fmt::format("stop_{}", k));
  for (int k = 0; k < levels; ++k) sub.ports.push_back(fmt::format("sel_{}", k));
  sub.ports.insert(sub.ports.end(), {"window_b", "wl", "wlb", "vdd"});
  Blocks b(pdk, sub);
  for (int k = 0; k < levels; ++k) {
    const std::string select = fmt::format("sel_{}", k), off = fmt::format("sel_{}_b", k);
    b.inverter(off, select, off, pairSize(set, "select"));
    b.gate(fmt::format("tap_{}", k), fmt::format("stop_{}", k), "stop", select, off, pairSize(set, "tap"));
  }
  const std::string ground(1, '0');  // gcc 12 sees an overlap in assigning the one-letter literal
  b.gate("match", "window_b", "start_b", "vdd", ground, pairSize(set, "tap"));
  b.capacitor("match", "start_b", ground, set.real("match_c"));
  b.inverter("stop_inv", "stop", "run", pairSize(set, "sense"));
  b.inverter("start_inv", "start_b", "start", pairSize(set, "sense"));
  b.nand("pulse", {"run", "start"}, "pulse_b", pairSize(set, "nand"));
  b.inverter("pulse_inv", "pulse_b", "pulse", pairSize(set, "sense"));
  sub.add(netlist::Instance{"driver", driver, {"pulse", "wl", "wlb", "vdd"}, {}});
  circuit.define(sub);
  return sub.name;
}

Generator pwmDriverGenerator() {
  Generator g;
  g.kind = "pwm-driver";
  g.description = "input level to word-line pulse, timing shared by all rows";
  g.parameters = pwmDriverParameters;
  g.define = definePwmDriver;
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ParameterSet& set) {
    const int top = set.integer("levels") - 1;
    return pwmDriverDeck(pdk, conditions, set, {top, 0, 1, top / 2}, 1e-9).deck;
  };
  return g;
}

}  // namespace gaincell::cells
