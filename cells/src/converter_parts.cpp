#include "converter_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;

namespace {

bool isRelu(ConverterKind kind) {
  return kind == ConverterKind::Relu;
}

void declareLength(ParameterSet& set, const std::string& name, double value, const std::string& description) {
  set.declare({Parameter::real(name, "m", value, 20e-9, 5e-6, description)});
}
void declareWidth(ParameterSet& set, const std::string& name, double value, const std::string& description) {
  set.declare({Parameter::real(name, "m", value, 50e-9, 100e-6, description)});
}

void declarePassiveIntegrator(ParameterSet& set, ConverterKind kind) {
  const bool relu = isRelu(kind);
  declareCapacitor(set, "c_int", relu ? 2.936e-12 : 1.936e-12, 1e-9,
                   "integration capacitor on the bit line; with the line it moves 100 mV (ReLU) or 75 mV (signed) at "
                   "full scale, which "
                   "keeps the cells and the mirror in saturation");
  declarePair(set, "reset", relu ? PairSize{8e-6, 8e-6} : PairSize{10e-6, 10e-6},
              "reset gate to the middle rail; a gate at mid supply is about 4 kohm um, and a small one remembers the "
              "last operation");
  declareCapacitor(set, "c_couple", 40e-15, 1e-12,
                   "coupling capacitor from the bit line to the comparator, holds the auto-zeroed trip point");
  declarePair(set, "c1", {0.4e-6, 0.8e-6, 50e-9}, "first comparator inverter");
  declarePair(set, "autozero", {0.1e-6, 0.1e-6},
              "auto-zero gate across the first inverter; its charge injection sets the charge at which the sign turns");
  declarePair(set, "c2", relu ? PairSize{0.3e-6, 0.3e-6, 50e-9} : PairSize{0.3e-6, 0.6e-6, 50e-9},
              "second comparator inverter; skewed low in the ReLU so that zero charge gives a clean 0");
  declareWidth(set, "header_w", 0.6e-6,
               "p header of the first two inverters: cut while integrating, when they would idle at their trip point");
  declarePair(set, "c3", {0.1e-6, 0.2e-6, 40e-9},
              "third inverter, high threshold: no crowbar current from an undecided input");
  declarePair(set, "c4", {0.2e-6, 0.4e-6}, "fourth inverter");
}

void declareActiveIntegrator(ParameterSet& set, ConverterKind kind) {
  const bool relu = isRelu(kind);
  declarePair(set, "active_amp", {8e-6, 16e-6, 80e-9}, "integrating inverter; its gain fixes the virtual ground");
  declareCapacitor(set, "active_c_f", relu ? 4e-12 : 2e-12, 1e-9, "feedback capacitor of the integrator");
  if (!relu)
    set.declare({Parameter::real(
        "active_r_z", "ohm", 200, 1, 1e5,
        "resistor in series with the feedback capacitor, about 1/gm: cancels the I/gm shift of the virtual ground")});
  declarePair(set, "active_reset", relu ? PairSize{16e-6, 16e-6} : PairSize{12e-6, 12e-6},
              "reset gate across the feedback capacitor");
  declareCapacitor(set, "active_c_couple", 60e-15, 1e-12, "coupling capacitor from the integrator to the comparator");
  declarePair(set, "active_c1", {0.5e-6, 1e-6, 60e-9}, "comparator inverter");
  declarePair(
      set, "active_autozero", relu ? PairSize{0.5e-6, 0.5e-6} : PairSize{0.5e-6, 1.35e-6},
      "auto-zero gate across the comparator inverter; its charge injection sets the offset, which splits the signs");
  declarePair(set, "active_c2", {0.5e-6, 1e-6}, "first inverter after the comparator");
  declarePair(set, "active_delay", {0.5e-6, 1e-6, 380e-9},
              "pair of slow inverters: a delay that nulls the offset of the width");
}

void addPassiveFrontEnd(Blocks& b, const ParameterSet& set) {
  b.capacitor("int", "bl", "0", set.real("c_int"));
  b.gate("reset", "bl", "vmid", "rst", "rstb", pairSize(set, "reset"));
  b.capacitor("couple", "bl", "ci", set.real("c_couple"));
  b.pmos("header", "vh", "cenb", "vdd", set.real("header_w"));
  b.inverter("c1", "ci", "co", pairSize(set, "c1"), "vh");
  b.gate("autozero", "ci", "co", "az", "azb", pairSize(set, "autozero"));
  b.inverter("c2", "co", "c2", pairSize(set, "c2"), "vh");
  b.inverter("c3", "c2", "posb", pairSize(set, "c3"), "vdd", true);
  b.inverter("c4", "posb", "pos", pairSize(set, "c4"));
}

void addActiveFrontEnd(Blocks& b, ConverterKind kind, const ParameterSet& set) {
  b.inverter("amp", "bl", "vo", pairSize(set, "active_amp"));
  if (isRelu(kind)) {
    b.capacitor("f", "bl", "vo", set.real("active_c_f"));
  } else {
    b.resistor("z", "vo", "vf", set.real("active_r_z"));
    b.capacitor("f", "bl", "vf", set.real("active_c_f"));
  }
  b.gate("reset", "bl", "vo", "rst", "rstb", pairSize(set, "active_reset"));
  b.capacitor("couple", "vo", "ci", set.real("active_c_couple"));
  b.inverter("c1", "ci", "co", pairSize(set, "active_c1"));
  b.gate("autozero", "ci", "co", "az", "azb", pairSize(set, "active_autozero"));
  // Six inversions: the integrator already turned the sign once.
  const PairSize strong = pairSize(set, "active_c2"), small{strong.n / 2, strong.p / 2},
                 slow = pairSize(set, "active_delay");
  b.inverter("c2", "co", "c2", strong);
  b.inverter("c3", "c2", "c3", small);
  b.inverter("d1", "c3", "d1", slow);
  b.inverter("d2", "d1", "d2", slow);
  b.inverter("c4", "d2", "posb", small);
  b.inverter("c5", "posb", "pos", strong);
}

}  // namespace

void declareCapacitor(ParameterSet& set, const std::string& name, double value, double max,
                      const std::string& description) {
  set.declare({Parameter::real(name, "F", value, 0, max, description)});
}

void declareIntegrator(ParameterSet& set, ConverterKind kind, bool active) {
  if (active)
    declareActiveIntegrator(set, kind);
  else
    declarePassiveIntegrator(set, kind);
}

void addFrontEnd(Blocks& blocks, ConverterKind kind, const ParameterSet& set) {
  if (isActive(set))
    addActiveFrontEnd(blocks, kind, set);
  else
    addPassiveFrontEnd(blocks, set);
}

void declareMirror(ParameterSet& set, ConverterKind kind, bool active) {
  const bool relu = isRelu(kind);
  const std::string p = active ? "active_" : "";
  // What each of the four converters is sized for: current into the diode and charge of one LSB, widths and lengths
  // (m).
  struct Sizes {
    double i_ref, lsb, mirror_l, diode, tail, sink_switch, kick_n;
  };
  const Sizes n = active ? (relu ? Sizes{20e-6, 80e-15, 0.5e-6, 1e-6, 4.065e-6, 4e-6, 0}
                                 : Sizes{10e-6, 40e-15, 0.5e-6, 0.5e-6, 2.014e-6, 2e-6, 0})
                         : (relu ? Sizes{2.5e-6, 20e-15, 1e-6, 0.5e-6, 2.02e-6, 1e-6, 5e-15}
                                 : Sizes{2.5e-6, 10e-15, 1.5e-6, 0.75e-6, 1.482e-6, 0.5e-6, 4.9e-15});
  set.declare(
      {Parameter::real(p + "i_ref", "A", n.i_ref, 1e-9, 1e-3, "current into the bias diode"),
       Parameter::real(
           p + "lsb_charge", "C", n.lsb, 1e-18, 1e-9,
           "charge of one LSB (1 ns of pulse) the sizes are meant for; errors against the ideal line refer to it")});
  declareLength(set, p + "mirror_l", n.mirror_l, "length of the n mirror: output conductance and matching");
  set.declare({Parameter::integer(
      p + "mirror_stack", active ? 1 : 2, 1, 8,
      "devices in series with one gate in the n diode: area for matching where the currents are small; the tail has "
      "one, a larger one switches too slowly")});
  declareWidth(set, p + "diode_w", n.diode, "width of the n diode");
  declareWidth(set, p + "tail_w", n.tail, "width of the n tail");
  declareWidth(set, p + "switch_w", n.sink_switch, "switch between bit line and n tail");
  declareLength(set, p + "switch_l", active ? 50e-9 : 30e-9, "length of the mirror switches");
  declareCapacitor(set, p + "c_kick_n", n.kick_n, 1e-12,
                   "capacitor from the bias gate to the opposite switch edge: cancels the kick of the switch");
  if (relu) return;
  declareLength(set, p + "source_l", active ? 0.5e-6 : 1.06e-6, "length of the p mirror");
  declareWidth(set, p + "fold_w", active ? 0.5e-6 : 0.75e-6, "n device that feeds the p diode");
  set.declare({Parameter::integer(p + "fold_stack", active ? 1 : 4, 1, 8, "its devices in series, as mirror_stack"),
               Parameter::integer(p + "source_stack", active ? 1 : 2, 1, 8,
                                  "devices in series in the p diode, as mirror_stack")});
  declareWidth(set, p + "source_diode_w", active ? 2e-6 : 1.6e-6, "width of the p diode");
  declareWidth(set, p + "source_tail_w", active ? 8.13e-6 : 6.4e-6, "width of the p tail");
  declareWidth(set, p + "source_switch_w", active ? 4e-6 : 1e-6, "switch between bit line and p tail");
  declareCapacitor(set, p + "c_kick_p", active ? 0 : 8.2e-15, 1e-12, "as c_kick_n, for the p source");
}

namespace {

struct Tail {
  std::string name, drain, gate;
  double w, l;
};

/// Binary-weighted devices in parallel to the tail, each behind a switch that is tied on or off: the trim code of this
/// column. One unit is `trim_step` of the tail; it is narrower than a device can be drawn, so it is made long, and of
/// several devices in series if need be.
void addTrim(Blocks& b, const pdk::Pdk& pdk, const ParameterSet& set, const Tail& tail, bool n_type) {
  const netlist::DeviceModel& model = pdk.device(pdk.role(n_type ? "logic_n" : "logic_p").device);
  const double ratio = set.real("trim_step") * tail.w / tail.l;
  const double w = std::max(model.w_min, ratio * tail.l), length = w / ratio;
  const int series = std::max(1, static_cast<int>(std::ceil(length / model.l_max - 1e-9)));
  for (int bit = 0; bit < kTrimBits; ++bit) {
    const std::string name = fmt::format("{}_trim{}", tail.name, bit);
    const bool on = (set.integer("trim_code") >> bit) & 1;
    const std::string high = "vdd", low = "0";
    std::string upper = name + "_d";
    if (n_type)
      b.nmos(name + "_switch", tail.drain, on ? high : low, upper, 0.1e-6 * (1 << bit));
    else
      b.pmos(name + "_switch", tail.drain, on ? low : high, upper, 0.1e-6 * (1 << bit));
    for (int k = 0; k < series; ++k) {
      const std::string lower = k + 1 == series ? (n_type ? low : high) : fmt::format("{}_s{}", name, k);
      const std::string device = fmt::format("{}_{}", name, k);
      if (n_type)
        b.nmos(device, upper, tail.gate, lower, w * (1 << bit), length / series);
      else
        b.pmos(device, upper, tail.gate, lower, w * (1 << bit), length / series);
      upper = lower;
    }
  }
}

/// Width of the fixed part of a tail: with trim, half the range is taken from it.
double fixedWidth(const ParameterSet& set, double w) {
  return set.isChoice("trim", "on") ? w * (1 - set.real("trim_step") * (1 << (kTrimBits - 1))) : w;
}

}  // namespace

void addSink(Blocks& b, const ParameterSet& set, const std::string& on, const std::string& off) {
  const std::string p = variantPrefix(set);
  const double l = set.real(p + "mirror_l");
  if (set.isChoice("bias", "replica"))
    b.pmos("copy", "nb", "pr", "vdd", set.real("replica_out_w"), set.real("replica_p_l"));
  const int stack = set.integer(p + "mirror_stack");
  if (hasOwnDiode(set)) b.nmosStack("diode", "nb", "nb", set.real(p + "diode_w"), set.real(p + "mirror_l"), stack);
  const double w = set.real(p + "tail_w");
  b.nmos("tail", "ntail", "nb", "0", fixedWidth(set, w), l);
  if (set.isChoice("trim", "on")) addTrim(b, b.pdk(), set, {"tail", "ntail", "nb", w, l}, true);
  b.nmos("switch_n", "bl", on, "ntail", set.real(p + "switch_w"), set.real(p + "switch_l"));
  const double trim_kick = set.isChoice("trim", "on") ? set.real("trim_c_kick_n") : 0.0;
  b.capacitor("kick_n", "nb", off, set.real(p + "c_kick_n") + trim_kick);
}

void addSource(Blocks& b, const ParameterSet& set, const std::string& on_low, const std::string& off_low) {
  const std::string p = variantPrefix(set);
  const double l = set.real(p + "source_l");
  b.nmosStack("fold", "pb", "nb", set.real(p + "fold_w"), set.real(p + "mirror_l"), set.integer(p + "fold_stack"));
  b.pmosStack("source_diode", "pb", "pb", set.real(p + "source_diode_w"), l, set.integer(p + "source_stack"));
  const double w = set.real(p + "source_tail_w");
  b.pmos("source_tail", "ptail", "pb", "vdd", fixedWidth(set, w), l);
  if (set.isChoice("trim", "on")) addTrim(b, b.pdk(), set, {"source_tail", "ptail", "pb", w, l}, false);
  b.pmos("switch_p", "bl", on_low, "ptail", set.real(p + "source_switch_w"), set.real(p + "switch_l"));
  b.capacitor("kick_p", "pb", off_low, set.real(p + "c_kick_p"));
}

void declareDrivers(ParameterSet& set, ConverterKind kind) {
  declarePair(set, "nand", {0.3e-6, 0.3e-6}, "gates of the pulse and switch logic");
  declarePair(set, "logic", {0.1e-6, 0.2e-6}, "inverters of the pulse and switch logic");
  if (isRelu(kind)) {
    declarePair(set, "wl1", {0.3e-6, 0.6e-6}, "word-line chain, first inverter");
    declarePair(set, "wl2", {0.8e-6, 1.6e-6}, "word-line chain, second inverter");
    declarePair(set, "wl3", {2e-6, 4e-6}, "word-line chain, last inverter");
    declarePair(set, "wlb1", {0.25e-6, 0.5e-6}, "complement chain, first inverter");
    declarePair(set, "wlb2", {0.45e-6, 0.9e-6}, "complement chain, second inverter");
    declarePair(set, "wlb3", {1e-6, 2e-6}, "complement chain, third inverter");
    declarePair(set, "wlb4", {2e-6, 4e-6}, "complement chain, last inverter");
  } else {
    declarePair(set, "pulse", {0.4e-6, 0.8e-6}, "output inverter of the pulse");
    declarePair(set, "flipflop", {0.1e-6, 0.2e-6}, "inverters of the sign flip-flop");
    declarePair(set, "flipflop_gate", {0.1e-6, 0.1e-6},
                "transmission gates of the sign flip-flop and the sign comparison");
  }
}

void addWordLineDrivers(Blocks& b, const ParameterSet& set, const std::string& pulseb, const std::string& out,
                        const std::string& outb) {
  b.inverter("wl1", pulseb, "w1", pairSize(set, "wl1"));
  b.inverter("wl2", "w1", "w2", pairSize(set, "wl2"));
  b.inverter("wl3", "w2", out, pairSize(set, "wl3"));
  b.inverter("wlb1", pulseb, "wb1", pairSize(set, "wlb1"));
  b.inverter("wlb2", "wb1", "wb2", pairSize(set, "wlb2"));
  b.inverter("wlb3", "wb2", "wb3", pairSize(set, "wlb3"));
  b.inverter("wlb4", "wb3", outb, pairSize(set, "wlb4"));
}

}  // namespace gaincell::cells
