// What the converters of an array share: the bias line (a diode that carries the reference current and a follower that
// holds the line, or replica cells).

#include <fmt/format.h>

#include "converter_parts.hpp"
#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using design::Branch;
using design::Design;
using design::SchemaBranch;

void declareBias(design::Schema& schema) {
  const std::vector<std::string> choices = {"relu.bias", "signed.bias"};
  const SchemaBranch follower = SchemaBranch(schema, "reference.follower").whenAny(choices, {"buffered"});
  follower.width("in.w", "input pair of the follower on a buffered bias line");
  follower.length("l", "length of that pair and its load: offset against speed");
  follower.width("load.w", "p load of that pair");
  follower.real("ratio", "", 0.1, 1000, "tail current of the follower over the diode current");
  follower.capacitor("line.c", "capacitor on the shared bias line: holds it against the switch edges");
  const SchemaBranch replica = SchemaBranch(schema, "reference.replica").whenAny(choices, {"replica"});
  replica.width("n.w", "n mirror that takes the pushing replica cell, sized to rest near half the supply");
  replica.length("n.l", "length of that mirror");
  replica.width("p.w", "p diode that takes both replica cells, sized to rest near half the supply");
  replica.length("p.l", "length of the p diode and of the copies in the converters");
  replica.real(
      "inset", "V", 0, 0.3,
      "how far inside the end levels the replica cells store: in slow corners the currents of the inner levels "
      "fall further than those of the ends");
  for (const char* converter : {"relu", "signed"})
    SchemaBranch(schema, converter)
        .when("bias", {"replica"})
        .width("copy.w",
               "copy of the replica current: reference current over the sum of both cells, times the p diode's");
}

bool hasSharedLine(const Branch& converter) {
  return converter.isChoice("bias", "ideal") || converter.isChoice("bias", "buffered");
}

std::string defineSharedBias(const pdk::Pdk& pdk, ConverterKind kind, const Design& design, netlist::Circuit& circuit) {
  const Branch set = converterBranch(design, kind), mirror = set.branch("mirror");
  const double l = mirror.real("l"), diode_w = mirror.real("diode.w");
  const int stack = mirror.integer("stack");
  netlist::Subcircuit sub;
  sub.name = ownName(kind, set.isChoice("bias", "ideal") ? "bias_line_ideal" : "bias_line_buffered");
  sub.ports = {"ref", "nb", "vdd"};
  Blocks b(pdk, sub);
  b.nmosStack("diode", "ref", "ref", diode_w, l, stack);
  if (set.isChoice("bias", "ideal")) {
    sub.ports.pop_back();
    sub.description = "Bias line held by an ideal follower";
    sub.add(netlist::VoltageControlledVoltage{"follower", "nb", "0", "ref", "0", 1.0});
  } else {
    sub.description = "Bias line held by a five-transistor follower";
    const Branch follower = design.branch("reference.follower");
    const double w = follower.real("in.w"), amp_l = follower.real("l"), load = follower.real("load.w");
    b.nmosStack("tail", "tail", "ref", diode_w * follower.real("ratio"), l, stack);
    b.nmos("in", "d1", "ref", "tail", w, amp_l);
    b.nmos("back", "nb", "nb", "tail", w, amp_l);
    b.pmos("load_in", "d1", "d1", "vdd", load, amp_l);
    b.pmos("load_out", "nb", "d1", "vdd", load, amp_l);
    b.capacitor("line", "nb", "0", follower.real("line.c"));
  }
  circuit.define(sub);
  return sub.name;
}

std::string defineReplicaBias(const pdk::Pdk& pdk, ConverterKind kind, const Design& design,
                              netlist::Circuit& circuit) {
  const GainCell probed = defineGainCell(pdk, design, circuit, StorageNode::Port);
  const Branch replica = design.branch("reference.replica");
  netlist::Subcircuit sub;
  sub.name = ownName(kind, "bias_replica");
  sub.description = "Bias line that follows the cells: one cell pushing, one pulling, their sum in a p diode";
  sub.ports = {"pr", "low", "high", "vdd"};
  Blocks b(pdk, sub);
  GainCellNodes nodes;  // write gate off, word line on, storage node tied
  nodes.we = "0";
  nodes.web = nodes.wl = nodes.nw = nodes.vdd = "vdd";
  nodes.wlb = nodes.we;
  nodes.wbl = nodes.sn = "low";
  nodes.bl = "np";
  sub.add(placeGainCell(probed, "push", nodes));
  nodes.wbl = nodes.sn = "high";
  nodes.bl = "pr";
  sub.add(placeGainCell(probed, "pull", nodes));
  b.nmos("n_in", "np", "np", "0", replica.real("n.w"), replica.real("n.l"));
  b.nmos("n_out", "pr", "np", "0", replica.real("n.w"), replica.real("n.l"));
  b.pmos("p_in", "pr", "pr", "vdd", replica.real("p.w"), replica.real("p.l"));
  circuit.define(sub);
  return sub.name;
}

}  // namespace gaincell::cells
