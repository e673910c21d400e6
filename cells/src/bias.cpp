// What the converters of an array share: the bias line (a diode that carries the reference current and a follower that
// holds the line, or replica cells).

#include <fmt/format.h>

#include "converter_parts.hpp"
#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;

void declareBias(ParameterSet& set) {
  set.declare(
      {Parameter::real("bias_amp_w", "m", 2e-6, 0.1e-6, 100e-6, "input pair of the follower on a buffered bias line"),
       Parameter::real("bias_amp_l", "m", 0.1e-6, 30e-9, 2e-6,
                       "length of that pair and its load: offset against speed"),
       Parameter::real("bias_amp_load_w", "m", 2e-6, 0.1e-6, 100e-6, "p load of that pair"),
       Parameter::real("bias_amp_ratio", "", 8, 0.1, 1000, "tail current of the follower over the diode current"),
       Parameter::real("bias_line_c", "F", 1e-12, 0, 1e-9,
                       "capacitor on the shared bias line: holds it against the switch edges")});
  set.declare({Parameter::real("replica_n_w", "m", 1.3e-6, 0.1e-6, 100e-6,
                               "n mirror that takes the pushing replica cell, sized to rest near half the supply"),
               Parameter::real("replica_n_l", "m", 0.3e-6, 30e-9, 2e-6, "length of that mirror"),
               Parameter::real("replica_p_w", "m", 5.0e-6, 0.1e-6, 100e-6,
                               "p diode that takes both replica cells, sized to rest near half the supply"),
               Parameter::real("replica_p_l", "m", 0.3e-6, 30e-9, 2e-6,
                               "length of the p diode and of the copies in the converters"),
               Parameter::real("replica_out_w", "m", 1.94e-6, 0.1e-6, 100e-6,
                               "copy in each converter: i_ref over the sum of both cells, times replica_p_w"),
               Parameter::real("replica_inset", "V", 0, 0, 0.3,
                               "how far inside the end levels the replica cells store: in slow corners the currents "
                               "of the inner levels fall further than those of the ends")});
}

bool hasSharedLine(const ParameterSet& set) {
  return set.isChoice("bias", "ideal") || set.isChoice("bias", "buffered");
}

std::string defineSharedBias(const pdk::Pdk& pdk, ConverterKind kind, const ParameterSet& set,
                             netlist::Circuit& circuit) {
  const std::string p = variantPrefix(set);
  const double l = set.real(p + "mirror_l"), diode_w = set.real(p + "diode_w");
  netlist::Subcircuit sub;
  sub.name = ownName(kind, set.isChoice("bias", "ideal") ? "bias_line_ideal" : "bias_line_buffered");
  sub.ports = {"ref", "nb", "vdd"};
  Blocks b(pdk, sub);
  b.nmosStack("diode", "ref", "ref", diode_w, l, set.integer(p + "mirror_stack"));
  if (set.isChoice("bias", "ideal")) {
    sub.ports.pop_back();
    sub.description = "Bias line held by an ideal follower";
    sub.add(netlist::VoltageControlledVoltage{"follower", "nb", "0", "ref", "0", 1.0});
  } else {
    sub.description = "Bias line held by a five-transistor follower";
    const double w = set.real("bias_amp_w"), amp_l = set.real("bias_amp_l");
    b.nmosStack("tail", "tail", "ref", diode_w * set.real("bias_amp_ratio"), l, set.integer(p + "mirror_stack"));
    b.nmos("in", "d1", "ref", "tail", w, amp_l);
    b.nmos("back", "nb", "nb", "tail", w, amp_l);
    b.pmos("load_in", "d1", "d1", "vdd", set.real("bias_amp_load_w"), amp_l);
    b.pmos("load_out", "nb", "d1", "vdd", set.real("bias_amp_load_w"), amp_l);
    b.capacitor("line", "nb", "0", set.real("bias_line_c"));
  }
  circuit.define(sub);
  return sub.name;
}

std::string defineReplicaBias(const pdk::Pdk& pdk, ConverterKind kind, const ParameterSet& set,
                              const ParameterSet& cell, netlist::Circuit& circuit) {
  const GainCell probed = defineGainCell(pdk, cell, circuit, StorageNode::Port);
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
  b.nmos("n_in", "np", "np", "0", set.real("replica_n_w"), set.real("replica_n_l"));
  b.nmos("n_out", "pr", "np", "0", set.real("replica_n_w"), set.real("replica_n_l"));
  b.pmos("p_in", "pr", "pr", "vdd", set.real("replica_p_w"), set.real("replica_p_l"));
  circuit.define(sub);
  return sub.name;
}

}  // namespace gaincell::cells
