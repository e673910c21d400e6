// The delay line of a replica-timed window: the output window of all converters of an array comes through it.
//
// The comparator decides with its inverters at their trip point; the current they have there, and not the speed of
// switched logic, is what corners, temperature and supply change. So the stages of the line are starved by devices
// whose gates are held at the trip point of an inverter, which its output fed back to its input finds.

#include <fmt/format.h>

#include "converter_parts.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;

void declareWindowDelay(ParameterSet& set, ConverterKind kind) {
  const bool relu = kind == ConverterKind::Relu;
  declarePair(set, "window_stage", {0.5e-6, 1e-6, 50e-9}, "inverters of the window's delay line ");
  declarePair(set, "window_starve", {2e-6, 4e-6, 100e-9},
              "devices in series with those inverters, gates at the trip point: the current of a comparator sets the "
              "delay");
  declarePair(set, "window_trip", {0.4e-6, 0.8e-6, 100e-9}, "inverter that finds the trip point");
  declareCapacitor(set, "window_c", relu ? 4e-15 : 2e-15, 1e-12, "load of each of those inverters");
  declarePair(set, "window_driver", {2e-6, 4e-6},
              "last inverter of the line, which drives all converters; a third of it before");
  set.declare({Parameter::integer("window_stages", 2, 2, 100, "starved inverters of the line, even"),
               Parameter::real("window_delay", "s", relu ? 0.44e-9 : 0.30e-9, 0, 10e-9,
                               "nominal delay of that line: its input edge comes so much before t_win")});
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

bool hasReplicaWindow(const ParameterSet& set) {
  return set.isChoice("window", "replica") || (set.isChoice("window", "auto") && !isActive(set));
}

bool hasSharedBlock(const ParameterSet& set) {
  return hasReplicaWindow(set) || hasSharedLine(set) || set.isChoice("bias", "replica");
}

std::string defineWindowDelay(const pdk::Pdk& pdk, ConverterKind kind, const ParameterSet& set,
                              netlist::Circuit& circuit) {
  const int stages = set.integer("window_stages");
  if (stages % 2 != 0)
    throw support::Error("CNV-0005", fmt::format("{} inverters in the window's delay line", stages), "window_stages",
                         "give an even number: the window must not be inverted");
  netlist::Subcircuit sub;
  sub.name = ownName(kind, "window_delay");
  sub.description = "delay of the output window that follows the delay of comparator and switch";
  sub.ports = {"in", "out", "vdd"};
  Blocks b(pdk, sub);
  b.inverter("trip", "mid", "mid", pairSize(set, "window_trip"));
  std::string at = "in";
  for (int k = 0; k < stages; ++k) {
    const std::string next = fmt::format("d{}", k), name = fmt::format("stage{}", k);
    starvedInverter(b, name, at, next, pairSize(set, "window_stage"), pairSize(set, "window_starve"));
    b.capacitor(next, next, "0", set.real("window_c"));
    at = next;
  }
  PairSize driver = pairSize(set, "window_driver");
  b.inverter("before", at, "drive", {driver.n / 3, driver.p / 3, driver.l});
  b.inverter("driver", "drive", "out", driver);
  circuit.define(sub);
  return sub.name;
}

}  // namespace gaincell::cells
