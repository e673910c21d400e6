// The delay line of a replica-timed window: the output window of all converters of an array comes through it.
//
// The comparator decides with its inverters at their trip point; the current they have there, and not the speed of
// switched logic, is what corners, temperature and supply change. So the stages of the line are starved by devices
// whose gates are held at the trip point of an inverter, which its output fed back to its input finds.

#include <fmt/format.h>

#include "converter_parts.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using design::Branch;
using design::Design;

void declareWindowDelay(const design::SchemaBranch& converter) {
  using Length = design::SchemaBranch::Length;
  converter.in("window").oneOf(
      "timing", {"clock", "replica"},
      "clock: the output window is the clock's; replica: it comes through a delay line that is "
      "slow where the comparator is slow");
  const design::SchemaBranch w = converter.in("window").when("timing", {"replica"});
  w.pair("stage", "inverters of the window's delay line", Length::Given);
  w.pair("starve",
         "devices in series with those inverters, gates at the trip point: the current of a comparator sets the delay",
         Length::Given);
  w.pair("trip", "inverter that finds the trip point", Length::Given);
  w.capacitor("c", "load of each of those inverters");
  w.pair("driver", "last inverter of the line, which drives all converters; a third of it before");
  w.integer("stages", 2, 100, "starved inverters of the line, even");
  w.real("delay", "s", 0, 10e-9, "nominal delay of that line: its input edge comes so much before the window opens");
}

namespace {

/// Inverter that can draw only what the devices with the gate at `mid` let through.
void starvedInverter(Blocks& b, const std::string& name, const std::string& in, const std::string& out,
                     const PairSize& size, const PairSize& starve) {
  b.nmos(name + "_n", out, in, name + "_foot", size.n, size.l);
  b.nmos(name + "_foot", name + "_foot", "mid", "0", starve.n, starve.l);
  b.pmos(name + "_p", out, in, name + "_head", size.p, size.l);
  b.pmos(name + "_head", name + "_head", "mid", "vdd", starve.p, starve.l);
}

}  // namespace

bool hasReplicaWindow(const Branch& converter) {
  return converter.isChoice("window.timing", "replica");
}

bool hasSharedBlock(const Branch& converter) {
  return hasReplicaWindow(converter) || hasSharedLine(converter) || converter.isChoice("bias", "replica");
}

std::string defineWindowDelay(const pdk::Pdk& pdk, ConverterKind kind, const Design& design,
                              netlist::Circuit& circuit) {
  const Branch window = converterBranch(design, kind).branch("window");
  const int stages = window.integer("stages");
  if (stages % 2 != 0)
    throw support::Error("CNV-0005", fmt::format("{} inverters in the window's delay line", stages),
                         window.path() + ".stages", "give an even number: the window must not be inverted");
  netlist::Subcircuit sub;
  sub.name = ownName(kind, "window_delay");
  sub.description = "delay of the output window that follows the delay of comparator and switch";
  sub.ports = {"in", "out", "vdd"};
  Blocks b(pdk, sub);
  b.inverter("trip", "mid", "mid", pairSize(window, "trip"));
  std::string at = "in";
  for (int k = 0; k < stages; ++k) {
    const std::string next = fmt::format("d{}", k), name = fmt::format("stage{}", k);
    starvedInverter(b, name, at, next, pairSize(window, "stage"), pairSize(window, "starve"));
    b.capacitor(next, next, "0", window.real("c"));
    at = next;
  }
  PairSize driver = pairSize(window, "driver");
  b.inverter("before", at, "drive", {driver.n / 3, driver.p / 3, driver.l});
  b.inverter("driver", "drive", "out", driver);
  circuit.define(sub);
  return sub.name;
}

}  // namespace gaincell::cells
