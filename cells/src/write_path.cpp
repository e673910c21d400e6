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
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using design::Design;

namespace {

void addTap(Blocks& b, const design::Branch& write, const std::string& from, const std::string& select) {
  b.inverter(select + "_inv", select, select + "_b", pairSize(write, "select"));
  b.gate(select, from, "out", select, select + "_b", pairSize(write, "tap"));
}

}  // namespace

void declareWritePath(design::Schema& schema) {
  const design::SchemaBranch write(schema, "write");
  write.in("reference").real("r", "ohm", 1e-3, 1e6, "output resistance of each reference rail of the DAC");
  write.pair("tap", "transmission gate of each DAC level");
  write.pair("select", "inverter of each select line");
  write.pair("nand", "gate of column select and write clock");
  write.pair("we1", "first inverter of the write enable");
  write.pair("we2", "inverters of the complement");
  write.pair("out", "output inverters of both write-enable lines");
}

WritePath defineWritePath(const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
  const double we_low = design.real("cell.write.low"), we_high = design.real("cell.write.high");
  const design::Branch write = design.branch("write");
  if (std::fabs(we_high - pdk.vdd) > 1e-6 || std::fabs(we_low) > 1e-6)
    throw support::Error("CEL-0021", fmt::format("the write enable runs between {:.3g} and {:.3g} V", we_low, we_high),
                         fmt::format("write-path of design {}", design.name),
                         "choose a design whose write enable is a core signal (the driver has no level shifter)");
  WritePath path;
  path.levels = design::storedLevels(design);
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
  for (int k = 0; k < path.levels; ++k) addTap(d, write, fmt::format("ref_{}", k), fmt::format("sel_{}", k));
  addTap(d, write, "park", "selpark");
  circuit.define(dac);

  netlist::Subcircuit driver;
  driver.name = path.driver;
  driver.description = "write-enable driver: we is high while column and clock are, web is its complement";
  driver.ports = {"column", "clock", "we", "web", "vdd"};
  Blocks w(pdk, driver);
  w.nand("select", {"column", "clock"}, "off", pairSize(write, "nand"));
  w.inverter("we_out", "off", "we", pairSize(write, "out"));
  w.inverter("we_1", "off", "on", pairSize(write, "we1"));
  w.inverter("web_buffer", "on", "on_b", pairSize(write, "we2"));
  w.inverter("web_buffer_2", "on_b", "on_2", pairSize(write, "we2"));
  w.inverter("web_out", "on_2", "web", pairSize(write, "out"));
  circuit.define(driver);
  return path;
}

Generator writePathGenerator() {
  Generator g;
  g.kind = "write-path";
  g.description = "multi-level write DAC, discharge phase and write-enable driver with column select";
  g.define = [](const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
    return defineWritePath(pdk, design, circuit).dac;
  };
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    const int top = design::storedLevels(design) - 1;
    return writePathDeck(pdk, conditions, design, {top, 0, top / 2, top}, 1e-9, design.real("timing.token.write")).deck;
  };
  return g;
}

}  // namespace gaincell::cells
