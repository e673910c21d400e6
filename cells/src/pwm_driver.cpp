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
#include "gaincell/design/conventions.hpp"

namespace gaincell::cells {

using design::Design;

void declarePwmDriver(design::Schema& schema) {
  const design::SchemaBranch pwm(schema, "driver.pwm");
  pwm.real("match.c", "F", 0, 1e-12, "capacitor in the window's path, as large as the junctions of the other taps");
  pwm.pair("tap", "transmission gate of each stop line");
  pwm.pair("select", "inverter of each select line");
  pwm.pair("sense", "inverters behind the gates, and the one that makes the pulse");
  pwm.pair("nand", "gate of start and stop");
}

std::string definePwmDriver(const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
  const std::string driver = defineWordLineDriver(pdk, design, circuit);
  const design::Branch pwm = design.branch("driver.pwm");
  const int levels = design.integer("timing.levels");
  netlist::Subcircuit sub;
  sub.name = "pwm_driver";
  sub.description = "input level to word-line pulse: one of the shared stop lines ends it";
  for (int k = 0; k < levels; ++k) sub.ports.push_back(fmt::format("stop_{}", k));
  for (int k = 0; k < levels; ++k) sub.ports.push_back(fmt::format("sel_{}", k));
  sub.ports.insert(sub.ports.end(), {"window_b", "wl", "wlb", "vdd"});
  Blocks b(pdk, sub);
  for (int k = 0; k < levels; ++k) {
    const std::string select = fmt::format("sel_{}", k), off = fmt::format("sel_{}_b", k);
    b.inverter(off, select, off, pairSize(pwm, "select"));
    b.gate(fmt::format("tap_{}", k), fmt::format("stop_{}", k), "stop", select, off, pairSize(pwm, "tap"));
  }
  const std::string ground(1, '0');  // gcc 12 sees an overlap in assigning the one-letter literal
  b.gate("match", "window_b", "start_b", "vdd", ground, pairSize(pwm, "tap"));
  b.capacitor("match", "start_b", ground, pwm.real("match.c"));
  b.inverter("stop_inv", "stop", "run", pairSize(pwm, "sense"));
  b.inverter("start_inv", "start_b", "start", pairSize(pwm, "sense"));
  b.nand("pulse", {"run", "start"}, "pulse_b", pairSize(pwm, "nand"));
  b.inverter("pulse_inv", "pulse_b", "pulse", pairSize(pwm, "sense"));
  sub.add(netlist::Instance{"driver", driver, {"pulse", "wl", "wlb", "vdd"}, {}});
  circuit.define(sub);
  return sub.name;
}

Generator pwmDriverGenerator() {
  Generator g;
  g.kind = "pwm-driver";
  g.description = "input level to word-line pulse, timing shared by all rows";
  g.define = definePwmDriver;
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    const int top = design::topPulse(design);
    return pwmDriverDeck(pdk, conditions, design, {top, 0, 1, top / 2}, design::pulseLsb(design)).deck;
  };
  return g;
}

}  // namespace gaincell::cells
