#include "gaincell/cells/gain_cell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using design::Design;
using netlist::Parameter;
using netlist::Value;
using support::Error;

namespace {

struct RoleInfo {
  const char* name;
  const char* what;
  char polarity;
  pdk::Role GainCellDesign::*member;
};

constexpr const char* kWriteP = "write_p";

// write_p is optional in the design and handled apart.
const std::array<RoleInfo, 5> kRoles = {{
    {"pair_n", "pull-down of the push-pull pair", 'n', &GainCellDesign::pair_n},
    {"pair_p", "pull-up of the push-pull pair", 'p', &GainCellDesign::pair_p},
    {"read_n", "n device of the read gate", 'n', &GainCellDesign::read_n},
    {"read_p", "p device of the read gate", 'p', &GainCellDesign::read_p},
    {"write_n", "n device of the write gate", 'n', &GainCellDesign::write_n},
}};

std::vector<std::string> flavours(const pdk::Pdk& pdk, char polarity) {
  std::vector<std::string> out;
  for (const auto& [name, device] : pdk.devices)
    if (device.polarity == polarity) out.push_back(name);
  return out;
}

/// Ranges are the widest of all flavours of a polarity; the circuit check applies those of the chosen flavour.
void declareDevice(const pdk::Pdk& pdk, const design::SchemaBranch& device, const std::string& what, char polarity) {
  double w_min = 1, w_max = 0, l_min = 1, l_max = 0;
  for (const auto& [name, d] : pdk.devices) {
    if (d.polarity != polarity) continue;
    w_min = std::min(w_min, d.w_min);
    w_max = std::max(w_max, d.w_max);
    l_min = std::min(l_min, d.l_min);
    l_max = std::max(l_max, d.l_max);
  }
  device.oneOf("flavour", flavours(pdk, polarity), "flavour, " + what);
  device.real("w", "m", w_min, w_max, "width, " + what);
  device.real("l", "m", l_min, l_max, "length, " + what);
}

std::string subcircuitName(StorageNode storage) {
  return storage == StorageNode::Port ? "gain_cell_probed" : "gain_cell";
}

std::vector<std::string> ports(const GainCellDesign& design, StorageNode storage) {
  std::vector<std::string> out = {"wbl", "we"};
  if (design.write_p) out.push_back("web");
  out.insert(out.end(), {"wl", "wlb", "bl"});
  if (design.write_p) out.push_back("nw");
  if (storage == StorageNode::Port) out.push_back("sn");
  out.insert(out.end(), {"vdd", "vss"});
  return out;
}

/// A transistor whose sizes are parameters of the subcircuit.
void addDevice(const pdk::Pdk& pdk, netlist::Subcircuit& cell, const std::string& name, const pdk::Role& role,
               const std::array<std::string, 4>& dgsb) {
  const netlist::DeviceModel& model = pdk.device(role.device);
  cell.parameters.push_back(Parameter::real(name + "_w", "m", role.w, model.w_min, model.w_max, "width"));
  cell.parameters.push_back(Parameter::real(name + "_l", "m", role.l, model.l_min, model.l_max, "length"));
  cell.add(netlist::Mosfet{name, role.device, dgsb[0], dgsb[1], dgsb[2], dgsb[3], Value::of(name + "_w"),
                           Value::of(name + "_l")});
}

}  // namespace

void declareGainCell(const pdk::Pdk& pdk, design::Schema& schema) {
  const design::SchemaBranch cell(schema, "cell");
  for (const auto& r : kRoles) declareDevice(pdk, cell.in(r.name), r.what, r.polarity);
  declareDevice(pdk, cell.optional(kWriteP, "p device of the write gate; without it the write switch is single-ended"),
                "p device of the write gate", 'p');
  cell.real("c_storage", "F", 1e-16, 1e-12, "storage capacitor");
  const double v_max = 2.0 * std::max(pdk.vdd, pdk.vdd_io);
  const design::SchemaBranch write = cell.in("write");
  write.real("low", "V", -v_max, v_max, "low level of the write enable");
  write.real("high", "V", 0, v_max, "high level of the write enable; at the process's supply it follows the run's");
  write.real("idle", "V", 0, v_max, "write bit line between writes (retention); follows the run's supply");
  const design::SchemaBranch with_p = write.whenPresent("cell.write_p");
  with_p.real("n_well", "V", 0, v_max, "n-well of the write gate's p device");
  const design::SchemaBranch load = cell.in("load");
  load.real(
      "bit", "F/m", 0, 1e-6,
      "what a cell at rest adds to its bit line, wire apart, for each metre of width of its two read devices; as a "
      "charge into a column shows it");
  load.real(
      "word", "F/m", 0, 1e-6,
      "what a cell adds to its word line or complement, wire apart, for each metre of its read devices' mean width");
}

pdk::Role deviceOf(const design::Branch& device) {
  return {device.choice("flavour"), device.real("w"), device.real("l")};
}

GainCellDesign resolveCellDevices(const Design& design) {
  const design::Branch cell = design.branch("cell");
  GainCellDesign d;
  for (const auto& info : kRoles) d.*(info.member) = deviceOf(cell.branch(info.name));
  if (cell.has(kWriteP)) d.write_p = deviceOf(cell.branch(kWriteP));
  d.c_storage = cell.real("c_storage");
  d.we_low = d.we_high = d.n_well = d.wbl_idle = std::numeric_limits<double>::quiet_NaN();
  return d;
}

GainCellDesign resolveGainCell(const Design& design) {
  const design::Branch cell = design.branch("cell");
  GainCellDesign d = resolveCellDevices(design);
  d.n_well = d.write_p ? cell.real("write.n_well") : 0.0;
  d.we_low = cell.real("write.low");
  d.we_high = cell.real("write.high");
  d.wbl_idle = cell.real("write.idle");
  return d;
}

double bitLineLoad(const Design& design) {
  return design.real("cell.load.bit") * (design.real("cell.read_n.w") + design.real("cell.read_p.w"));
}

double wordLineLoad(const Design& design) {
  return design.real("cell.load.word") * 0.5 * (design.real("cell.read_n.w") + design.real("cell.read_p.w"));
}

GainCellDesign atSupply(GainCellDesign design, const pdk::Pdk& pdk, double vdd) {
  const auto follow = [&](double& level) {
    if (std::fabs(level - pdk.vdd) < 1e-6) level = vdd;
  };
  follow(design.we_high);
  follow(design.n_well);
  design.wbl_idle *= vdd / pdk.vdd;
  return design;
}

GainCell defineGainCell(const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit, StorageNode storage) {
  GainCell cell;
  cell.design = resolveCellDevices(design);
  cell.storage = storage;
  cell.subcircuit = subcircuitName(storage);
  const GainCellDesign& d = cell.design;

  netlist::Subcircuit sub;
  sub.name = cell.subcircuit;
  sub.description = "6T gain cell: stored voltage on sn, current into bl while wl is high";
  sub.ports = ports(d, storage);
  addDevice(pdk, sub, "write_n", d.write_n, {"wbl", "we", "sn", "vss"});
  if (d.write_p) addDevice(pdk, sub, "write_p", *d.write_p, {"wbl", "web", "sn", "nw"});
  addDevice(pdk, sub, "pair_n", d.pair_n, {"d", "sn", "vss", "vss"});
  addDevice(pdk, sub, "pair_p", d.pair_p, {"d", "sn", "vdd", "vdd"});
  addDevice(pdk, sub, "read_n", d.read_n, {"d", "wl", "bl", "vss"});
  addDevice(pdk, sub, "read_p", d.read_p, {"d", "wlb", "bl", "vdd"});
  sub.parameters.push_back(Parameter::real("c_storage", "F", d.c_storage, 1e-16, 1e-12, "storage capacitor"));
  sub.add(netlist::Capacitor{"storage", "sn", "vss", Value::of("c_storage")});
  circuit.define(sub);
  return cell;
}

netlist::Instance placeGainCell(const GainCell& cell, const std::string& name, const GainCellNodes& n) {
  netlist::Instance instance{name, cell.subcircuit, {}, {}};
  for (const auto& port : ports(cell.design, cell.storage)) {
    const std::string& node = port == "wbl"   ? n.wbl
                              : port == "we"  ? n.we
                              : port == "web" ? n.web
                              : port == "wl"  ? n.wl
                              : port == "wlb" ? n.wlb
                              : port == "bl"  ? n.bl
                              : port == "nw"  ? n.nw
                              : port == "sn"  ? n.sn
                              : port == "vdd" ? n.vdd
                                              : n.vss;
    instance.nodes.push_back(node);
  }
  return instance;
}

Generator gainCellGenerator() {
  Generator g;
  g.kind = "gain-cell";
  g.description = "6T gain cell: write gate, storage capacitor, push-pull pair, read gate";
  g.define = [](const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
    return defineGainCell(pdk, design, circuit).subcircuit;
  };
  // Write each of the extremes and the middle, then read it with the longest pulse.
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    std::vector<CellStep> steps;
    for (const double x : {0.0, 0.5, 1.0})
      steps.push_back({x * conditions.vdd, design.real("timing.token.write"), design::longestPulse(design), 0});
    return gainCellSequence(pdk, conditions, design, steps).deck;
  };
  return g;
}

}  // namespace gaincell::cells
