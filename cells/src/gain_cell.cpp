#include "gaincell/cells/gain_cell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;
using netlist::Value;
using support::Error;

namespace {

constexpr const char* kReference = "reference";

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

/// Widest limits of all flavours of a polarity; the circuit check applies those of the chosen flavour.
void declareRole(const pdk::Pdk& pdk, const std::string& role, const std::string& what, char polarity,
                 std::vector<Parameter>& out) {
  double w_min = 1, w_max = 0, l_min = 1, l_max = 0;
  for (const auto& [name, d] : pdk.devices) {
    if (d.polarity != polarity) continue;
    w_min = std::min(w_min, d.w_min);
    w_max = std::max(w_max, d.w_max);
    l_min = std::min(l_min, d.l_min);
    l_max = std::max(l_max, d.l_max);
  }
  const pdk::Role& r = pdk.role(role);
  out.push_back(Parameter::real(role + "_w", "m", r.w, w_min, w_max, "width, " + what));
  out.push_back(Parameter::real(role + "_l", "m", r.l, l_min, l_max, "length, " + what));
  out.push_back(Parameter::oneOf(role + "_flavour", r.device, flavours(pdk, polarity), "flavour, " + what));
}

/// Role of the PDK, replaced by the variant's, then by what the user set. Empty when the variant removes the device.
std::optional<pdk::Role> resolveRole(const pdk::Pdk& pdk, const ParameterSet& set, const std::string& variant,
                                     const std::string& role) {
  std::optional<pdk::Role> r = pdk.role(role);
  if (const auto v = pdk.variants.find(variant); v != pdk.variants.end())
    if (const auto o = v->second.find(role); o != v->second.end()) r = o->second;
  if (!r || r->device.empty()) return std::nullopt;
  if (set.isSet(role + "_w")) r->w = set.real(role + "_w");
  if (set.isSet(role + "_l")) r->l = set.real(role + "_l");
  if (set.isSet(role + "_flavour")) r->device = set.choice(role + "_flavour");
  return r;
}

double resolveValue(const pdk::Pdk& pdk, const ParameterSet& set, const std::string& variant, const std::string& key,
                    const std::string& parameter, double fallback) {
  if (set.isSet(parameter)) return set.real(parameter);
  if (const auto v = pdk.variant_values.find(variant); v != pdk.variant_values.end())
    if (const auto o = v->second.find(key); o != v->second.end()) return o->second;
  return fallback;
}

std::string subcircuitName(const GainCellDesign& design, StorageNode storage) {
  std::string name = "gain_cell";
  if (design.variant != kReference) name += "_" + design.variant;
  return storage == StorageNode::Port ? name + "_probed" : name;
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

ParameterSet gainCellParameters(const pdk::Pdk& pdk) {
  std::vector<std::string> variants = {kReference};
  for (const auto& [name, roles] : pdk.variants)
    if (name != kReference) variants.push_back(name);
  std::vector<Parameter> list = {
      Parameter::oneOf("variant", kReference, variants,
                       "set of sizes; sizes given one by one win over the variant's (source: the PDK)")};
  for (const auto& r : kRoles) declareRole(pdk, r.name, r.what, r.polarity, list);
  declareRole(pdk, kWriteP, "p device of the write gate", 'p', list);
  list.push_back(Parameter::real("c_storage", "F", pdk.storage_capacitance, 1e-16, 1e-12, "storage capacitor"));
  const double v_max = 2.0 * std::max(pdk.vdd, pdk.vdd_io);
  list.push_back(Parameter::real("we_low", "V", pdk.write_vlow, -v_max, v_max, "low level of the write enable"));
  list.push_back(Parameter::real("we_high", "V", pdk.write_vhigh, 0, v_max, "high level of the write enable"));
  list.push_back(Parameter::real("n_well", "V", pdk.write_nwell, 0, v_max, "n-well of the write gate's p device"));
  list.push_back(
      Parameter::real("wbl_idle", "V", pdk.write_bitline_idle, 0, v_max, "write bit line between writes (retention)"));
  return ParameterSet(list);
}

GainCellDesign resolveGainCell(const pdk::Pdk& pdk, const ParameterSet& set) {
  GainCellDesign d;
  d.variant = set.choice("variant");
  const auto require = [&](const std::string& role, char polarity, const pdk::Role& r) {
    if (pdk.device(r.device).polarity != polarity)
      throw Error(
          "CEL-0011",
          fmt::format("{} is a {} device, {} needs the other polarity", r.device, pdk.device(r.device).polarity, role),
          fmt::format("variant '{}' of PDK '{}'", d.variant, pdk.name));
  };
  for (const auto& info : kRoles) {
    const auto role = resolveRole(pdk, set, d.variant, info.name);
    if (!role)
      throw Error("CEL-0010", fmt::format("variant '{}' has no {}", d.variant, info.what), pdk.manifest.string(),
                  "only write_p may be removed");
    require(info.name, info.polarity, *role);
    d.*(info.member) = *role;
  }
  d.write_p = resolveRole(pdk, set, d.variant, kWriteP);
  if (d.write_p) require(kWriteP, 'p', *d.write_p);
  d.c_storage = resolveValue(pdk, set, d.variant, "storage_capacitance", "c_storage", pdk.storage_capacitance);
  d.we_low = resolveValue(pdk, set, d.variant, "write_vlow", "we_low", pdk.write_vlow);
  d.we_high = resolveValue(pdk, set, d.variant, "write_vhigh", "we_high", pdk.write_vhigh);
  d.n_well = resolveValue(pdk, set, d.variant, "write_nwell", "n_well", pdk.write_nwell);
  d.wbl_idle = resolveValue(pdk, set, d.variant, "write_bitline_idle", "wbl_idle", pdk.write_bitline_idle);
  return d;
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

GainCell defineGainCell(const pdk::Pdk& pdk, const ParameterSet& parameters, netlist::Circuit& circuit,
                        StorageNode storage) {
  GainCell cell;
  cell.design = resolveGainCell(pdk, parameters);
  cell.storage = storage;
  cell.subcircuit = subcircuitName(cell.design, storage);
  const GainCellDesign& d = cell.design;

  netlist::Subcircuit sub;
  sub.name = cell.subcircuit;
  sub.description =
      fmt::format("6T gain cell, variant {}: stored voltage on sn, current into bl while wl is high", d.variant);
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
  g.parameters = gainCellParameters;
  g.define = [](const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit) {
    return defineGainCell(pdk, set, circuit).subcircuit;
  };
  // Write each of the extremes and the middle, then read it with the longest pulse.
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ParameterSet& set) {
    std::vector<CellStep> steps;
    for (const double x : {0.0, 0.5, 1.0}) steps.push_back({x * conditions.vdd, 10e-9, 15e-9, 0});
    return gainCellSequence(pdk, conditions, set, steps).deck;
  };
  return g;
}

}  // namespace gaincell::cells
