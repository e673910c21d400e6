// Word-line driver: the PWM pulse of an input, or the pulse of the converter before it, onto the read gates of a row.
//
//   in ─ inv ─┬─ inv ─ inv ─ inv ─────── wl      (4 inversions)
//             └─ inv ─ inv ─ inv ─ inv ─ wlb     (5 inversions; smaller first stages make up for the extra one)

#include "drivers_parts.hpp"
#include "gaincell/cells/drivers.hpp"
#include "gaincell/design/conventions.hpp"

namespace gaincell::cells {

using design::Design;

void declareWordLineDriver(design::Schema& schema) {
  const design::SchemaBranch driver(schema, "driver");
  driver.pair("input", "word-line driver: input inverter");
  driver.pair("wl1", "word-line chain, first inverter");
  driver.pair("wl2", "word-line chain, second inverter");
  driver.pair("wl3", "word-line chain, last inverter");
  driver.pair("wlb1", "complement chain, first inverter");
  driver.pair("wlb2", "complement chain, second inverter");
  driver.pair("wlb3", "complement chain, third inverter");
  driver.pair("wlb4", "complement chain, last inverter");
}

void addWordLineChains(Blocks& b, const design::Branch& driver, const std::string& pulseb, const std::string& wl,
                       const std::string& wlb) {
  b.inverter("wl1", pulseb, "w1", pairSize(driver, "wl1"));
  b.inverter("wl2", "w1", "w2", pairSize(driver, "wl2"));
  b.inverter("wl3", "w2", wl, pairSize(driver, "wl3"));
  b.inverter("wlb1", pulseb, "wb1", pairSize(driver, "wlb1"));
  b.inverter("wlb2", "wb1", "wb2", pairSize(driver, "wlb2"));
  b.inverter("wlb3", "wb2", "wb3", pairSize(driver, "wlb3"));
  b.inverter("wlb4", "wb3", wlb, pairSize(driver, "wlb4"));
}

std::string defineWordLineDriver(const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
  netlist::Subcircuit sub;
  sub.name = "word_line_driver";
  sub.description = "word-line driver: wl follows in, wlb is its complement";
  sub.ports = {"in", "wl", "wlb", "vdd"};
  Blocks b(pdk, sub);
  const design::Branch driver = design.branch("driver");
  b.inverter("input", "in", "inb", pairSize(driver, "input"));
  addWordLineChains(b, driver, "inb", "wl", "wlb");
  circuit.define(sub);
  return sub.name;
}

Generator wordLineDriverGenerator() {
  Generator g;
  g.kind = "word-line-driver";
  g.description = "drives a word line and its complement from one pulse";
  g.define = defineWordLineDriver;
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    const double lsb = design::pulseLsb(design);
    const int top = design::topPulse(design);
    const int middle = top / 2 + 1;
    return wordLineDriverDeck(pdk, conditions, design, {lsb, middle * lsb, top * lsb}, lsb, (top + 3) * lsb);
  };
  return g;
}

}  // namespace gaincell::cells
