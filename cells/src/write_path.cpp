// Write path: how a level reaches a cell.
//
//   ref_0 ..  ref_7 ─[gate sel_k]─┐
//   park ────────────[gate selpark]┴─ out ── write bit line        DAC: a multiplexer of shared reference rails
//   column, clock ─ nand ─ inv ─ inv ─ ... ─ we, web               write-enable driver with column select
//
// The references are shared by all rows, so the DAC itself draws no static current. Level 0 is ground and serves the
// discharge phase; between writes the bit line is parked where the cells leak least.

#include <fmt/format.h>

#include <cmath>

#include "blocks.hpp"
#include "gaincell/cells/drivers.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;

namespace {

void addTap(Blocks& b, const ParameterSet& set, const std::string& from, const std::string& select) {
  b.inverter(select + "_inv", select, select + "_b", pairSize(set, "select"));
  b.gate(select, from, "out", select, select + "_b", pairSize(set, "tap"));
}

}  // namespace

ParameterSet writePathParameters(const pdk::Pdk& pdk) {
  ParameterSet set = gainCellParameters(pdk);
  set.declare(
      {Parameter::integer("dac_levels", 8, 2, 64, "levels of the DAC, from 0 to VDD (published: 3 bit)"),
       Parameter::integer("rows", 64, 1, 1024, "cells on the write-enable line (testbench)"),
       Parameter::integer("cols", 64, 1, 1024, "cells on the write bit line (testbench)"),
       Parameter::real("wire_r", "ohm", 2.0, 1e-3, 1e4, "series resistance per element (published array model)"),
       Parameter::real("wire_c", "F", 0.8e-15, 0, 1e-12, "capacitance per element (published array model)"),
       Parameter::real("ref_r", "ohm", 50, 1e-3, 1e6, "output resistance of each reference rail (testbench)")});
  declarePair(set, "tap", {4e-6, 4e-6, 0}, "transmission gate of each DAC level");
  declarePair(set, "select", {0.3e-6, 0.6e-6, 0}, "inverter of each select line");
  declarePair(set, "nand", {0.5e-6, 0.5e-6, 0}, "gate of column select and write clock");
  declarePair(set, "we_1", {0.6e-6, 1.2e-6, 0}, "first inverter of the write enable");
  declarePair(set, "we_2", {1.2e-6, 2.4e-6, 0}, "second inverter of the complement");
  declarePair(set, "we_out", {2.5e-6, 5e-6, 0}, "output inverters of both write-enable lines");
  return set;
}

WritePath defineWritePath(const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit) {
  const GainCellDesign cell = resolveGainCell(pdk, set);
  if (std::fabs(cell.we_high - pdk.vdd) > 1e-6 || std::fabs(cell.we_low) > 1e-6)
    throw support::Error("CEL-0021",
                         fmt::format("the write enable of variant '{}' runs between {:.3g} and {:.3g} V", cell.variant,
                                     cell.we_low, cell.we_high),
                         "write-path",
                         "choose a variant whose write enable is a core signal (the driver has no level shifter)");
  WritePath path;
  path.levels = set.integer("dac_levels");
  path.dac = "write_dac";
  path.driver = "write_enable_driver";

  netlist::Subcircuit dac;
  dac.name = path.dac;
  dac.description = "write DAC: connects one of the reference rails, or the parking rail, to the write bit line";
  for (int k = 0; k < path.levels; ++k) dac.ports.push_back(fmt::format("ref_{}", k));
  dac.ports.push_back("park");
  for (int k = 0; k < path.levels; ++k) dac.ports.push_back(fmt::format("sel_{}", k));
  dac.ports.insert(dac.ports.end(), {"selpark", "out", "vdd"});
  Blocks d(pdk, dac);
  for (int k = 0; k < path.levels; ++k) addTap(d, set, fmt::format("ref_{}", k), fmt::format("sel_{}", k));
  addTap(d, set, "park", "selpark");
  circuit.define(dac);

  netlist::Subcircuit driver;
  driver.name = path.driver;
  driver.description = "write-enable driver: we is high while column and clock are, web is its complement";
  driver.ports = {"column", "clock", "we", "web", "vdd"};
  Blocks w(pdk, driver);
  w.nand("select", {"column", "clock"}, "off", pairSize(set, "nand"));
  w.inverter("we_out", "off", "we", pairSize(set, "we_out"));
  w.inverter("we_1", "off", "on", pairSize(set, "we_1"));
  w.inverter("web_buffer", "on", "on_b", pairSize(set, "we_2"));
  w.inverter("web_buffer_2", "on_b", "on_2", pairSize(set, "we_2"));
  w.inverter("web_out", "on_2", "web", pairSize(set, "we_out"));
  circuit.define(driver);
  return path;
}

Generator writePathGenerator() {
  Generator g;
  g.kind = "write-path";
  g.description = "multi-level write DAC, discharge phase and write-enable driver with column select";
  g.parameters = writePathParameters;
  g.define = [](const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit) {
    return defineWritePath(pdk, set, circuit).dac;
  };
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ParameterSet& set) {
    const int top = set.integer("dac_levels") - 1;
    return writePathDeck(pdk, conditions, set, {top, 0, top / 2, top}, 1e-9, 5e-9).deck;
  };
  return g;
}

}  // namespace gaincell::cells
