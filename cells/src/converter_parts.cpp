#include "converter_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gaincell::cells {

using design::Branch;
using design::SchemaBranch;

namespace {

bool isRelu(ConverterKind kind) {
  return kind == ConverterKind::Relu;
}

void addPassiveFrontEnd(Blocks& b, const Branch& set) {
  b.capacitor("int", "bl", "0", set.real("c_int"));
  b.gate("reset", "bl", "vmid", "rst", "rstb", pairSize(set, "reset"));
  b.capacitor("couple", "bl", "ci", set.real("c_couple"));
  b.pmos("header", "vh", "cenb", "vdd", set.real("header.w"));
  b.inverter("c1", "ci", "co", pairSize(set, "c1"), "vh");
  b.gate("autozero", "ci", "co", "az", "azb", pairSize(set, "autozero"));
  b.inverter("c2", "co", "c2", pairSize(set, "c2"), "vh");
  b.inverter("c3", "c2", "posb", pairSize(set, "c3"), "vdd", true);
  b.inverter("c4", "posb", "pos", pairSize(set, "c4"));
}

void addActiveFrontEnd(Blocks& b, ConverterKind kind, const Branch& set) {
  b.inverter("amp", "bl", "vo", pairSize(set, "amp"));
  if (isRelu(kind)) {
    b.capacitor("f", "bl", "vo", set.real("c_f"));
  } else {
    b.resistor("z", "vo", "vf", set.real("r_z"));
    b.capacitor("f", "bl", "vf", set.real("c_f"));
  }
  b.gate("reset", "bl", "vo", "rst", "rstb", pairSize(set, "reset"));
  b.capacitor("couple", "vo", "ci", set.real("c_couple"));
  b.inverter("c1", "ci", "co", pairSize(set, "c1"));
  b.gate("autozero", "ci", "co", "az", "azb", pairSize(set, "autozero"));
  // Six inversions: the integrator already turned the sign once.
  const PairSize strong = pairSize(set, "c2"), small{strong.n / 2, strong.p / 2}, slow = pairSize(set, "delay");
  b.inverter("c2", "co", "c2", strong);
  b.inverter("c3", "c2", "c3", small);
  b.inverter("d1", "c3", "d1", slow);
  b.inverter("d2", "d1", "d2", slow);
  b.inverter("c4", "d2", "posb", small);
  b.inverter("c5", "posb", "pos", strong);
}

}  // namespace

void declareIntegrator(const SchemaBranch& b, ConverterKind kind) {
  using Length = SchemaBranch::Length;
  const SchemaBranch passive = b.when("integrator", {"passive"}), active = b.when("integrator", {"active"});
  passive.capacitor(
      "c_int",
      "integration capacitor on the bit line; with the line it moves some 100 mV at full scale, which keeps "
      "the cells and the mirror in saturation");
  active.pair("amp", "integrating inverter; its gain fixes the virtual ground", Length::Given);
  active.capacitor("c_f", "feedback capacitor of the integrator");
  if (!isRelu(kind))
    active.real(
        "r_z", "ohm", 1, 1e5,
        "resistor in series with the feedback capacitor, about 1/gm: cancels the I/gm shift of the virtual ground");
  b.pair("reset",
         "reset gate, to the middle rail (passive) or across the feedback capacitor (active); a gate at mid supply "
         "conducts "
         "little, and a small one remembers the last operation");
  b.capacitor("c_couple", "coupling capacitor to the comparator, holds the auto-zeroed trip point");
  b.pair("c1", "first comparator inverter", Length::Given);
  b.pair("autozero",
         "auto-zero gate across the first inverter; its charge injection sets the charge at which the sign turns");
  b.pair("c2", "second comparator inverter; skewed low in a passive ReLU so that zero charge gives a clean 0");
  passive.length("c2.l", "second comparator inverter: length of both devices");
  passive.width("header.w",
                "p header of the first two inverters: cut while integrating, when they would idle at their trip point");
  passive.pair("c3", "third inverter, high threshold: no crowbar current from an undecided input", Length::Given);
  passive.pair("c4", "fourth inverter");
  active.pair("delay", "pair of slow inverters: a delay that nulls the offset of the width", Length::Given);
}

void addFrontEnd(Blocks& blocks, ConverterKind kind, const Branch& set) {
  if (isActive(set))
    addActiveFrontEnd(blocks, kind, set);
  else
    addPassiveFrontEnd(blocks, set);
}

void declareTrim(const SchemaBranch& b) {
  b.oneOf("trim.use", {"off", "on"}, "binary-weighted gain trim of the mirror, one code per column");
  const SchemaBranch on = b.when("trim.use", {"on"});
  on.integer("trim.code", 0, (1 << kTrimBits) - 1, "trim code; the middle is the untrimmed gain");
  on.real("trim.step", "", 1e-3, 0.1, "W/L of one trim step, relative to the tail");
  on.width("trim.switch.w", "switch of the smallest trim step; doubled with each");
  on.capacitor("trim.kick.c", "added to kick.n.c with trim: the long trim devices kick the bias gate as well");
}

void declareMirror(const SchemaBranch& b, ConverterKind kind) {
  b.when("bias", {"diode", "ideal", "buffered"}).real("i_ref", "A", 1e-9, 1e-3, "current into the bias diode");
  b.real("lsb_charge", "C", 1e-18, 1e-9,
         "charge of one LSB of pulse the sizes are meant for; errors against the ideal line refer to it");
  const SchemaBranch mirror = b.in("mirror");
  mirror.length("l", "length of the n mirror: output conductance and matching");
  mirror.integer(
      "stack", 1, 8,
      "devices in series with one gate in the n diode: area for matching where the currents are small; the tail "
      "has one, a larger one switches too slowly");
  mirror.width("diode.w", "width of the n diode");
  mirror.width("tail.w", "width of the n tail");
  mirror.width("switch.w", "switch between bit line and n tail");
  mirror.length("switch.l", "length of the mirror switches");
  b.capacitor("kick.n.c", "capacitor from the bias gate to the opposite switch edge: cancels the kick of the switch");
  if (isRelu(kind)) return;
  const SchemaBranch source = b.in("source");
  source.length("l", "length of the p mirror");
  source.width("fold.w", "n device that feeds the p diode");
  source.integer("fold.stack", 1, 8, "its devices in series, as mirror.stack");
  source.integer("stack", 1, 8, "devices in series in the p diode, as mirror.stack");
  source.width("diode.w", "width of the p diode");
  source.width("tail.w", "width of the p tail");
  source.width("switch.w", "switch between bit line and p tail");
  b.capacitor("kick.p.c", "as kick.n.c, for the p source");
}

namespace {

struct Tail {
  std::string name, drain, gate;
  double w, l;
};

/// Binary-weighted devices in parallel to the tail, each behind a switch that is tied on or off: the trim code of this
/// column. One unit is `trim_step` of the tail; it is narrower than a device can be drawn, so it is made long, and of
/// several devices in series if need be.
void addTrim(Blocks& b, const pdk::Pdk& pdk, const Branch& set, const Tail& tail, bool n_type) {
  const netlist::DeviceModel& model = pdk.device(pdk.role(n_type ? "logic_n" : "logic_p").device);
  const double ratio = set.real("trim.step") * tail.w / tail.l;
  const double w = std::max(model.w_min, ratio * tail.l), length = w / ratio;
  const int series = std::max(1, static_cast<int>(std::ceil(length / model.l_max - 1e-9)));
  for (int bit = 0; bit < kTrimBits; ++bit) {
    const std::string name = fmt::format("{}_trim{}", tail.name, bit);
    const bool on = (set.integer("trim.code") >> bit) & 1;
    const std::string high = "vdd", low = "0";
    std::string upper = name + "_d";
    if (n_type)
      b.nmos(name + "_switch", tail.drain, on ? high : low, upper, set.real("trim.switch.w") * (1 << bit));
    else
      b.pmos(name + "_switch", tail.drain, on ? low : high, upper, set.real("trim.switch.w") * (1 << bit));
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
double fixedWidth(const Branch& set, double w) {
  return set.isChoice("trim.use", "on") ? w * (1 - set.real("trim.step") * (1 << (kTrimBits - 1))) : w;
}

}  // namespace

void addSink(Blocks& b, const Branch& set, const std::string& on, const std::string& off) {
  const Branch mirror = set.branch("mirror");
  const double l = mirror.real("l");
  if (set.isChoice("bias", "replica")) {
    const Branch replica = set.design().branch("reference.replica");
    b.pmos("copy", "nb", "pr", "vdd", set.real("copy.w"), replica.real("p.l"));
  }
  if (hasOwnDiode(set)) b.nmosStack("diode", "nb", "nb", mirror.real("diode.w"), l, mirror.integer("stack"));
  const double w = mirror.real("tail.w");
  b.nmos("tail", "ntail", "nb", "0", fixedWidth(set, w), l);
  const bool trimmed = set.isChoice("trim.use", "on");
  if (trimmed) addTrim(b, b.pdk(), set, {"tail", "ntail", "nb", w, l}, true);
  b.nmos("switch_n", "bl", on, "ntail", mirror.real("switch.w"), mirror.real("switch.l"));
  b.capacitor("kick_n", "nb", off, set.real("kick.n.c") + (trimmed ? set.real("trim.kick.c") : 0.0));
}

void addSource(Blocks& b, const Branch& set, const std::string& on_low, const std::string& off_low) {
  const Branch mirror = set.branch("mirror"), source = set.branch("source");
  const double l = source.real("l");
  b.nmosStack("fold", "pb", "nb", source.real("fold.w"), mirror.real("l"), source.integer("fold.stack"));
  b.pmosStack("source_diode", "pb", "pb", source.real("diode.w"), l, source.integer("stack"));
  const double w = source.real("tail.w");
  b.pmos("source_tail", "ptail", "pb", "vdd", fixedWidth(set, w), l);
  if (set.isChoice("trim.use", "on")) addTrim(b, b.pdk(), set, {"source_tail", "ptail", "pb", w, l}, false);
  b.pmos("switch_p", "bl", on_low, "ptail", source.real("switch.w"), mirror.real("switch.l"));
  b.capacitor("kick_p", "pb", off_low, set.real("kick.p.c"));
}

void declareLogic(const SchemaBranch& b, ConverterKind kind) {
  b.pair("nand", "gates of the pulse and switch logic");
  (isRelu(kind) ? b.when("integrator", {"active"}) : b).pair("logic", "inverters of the pulse and switch logic");
  if (isRelu(kind)) return;
  b.pair("pulse", "output inverter of the pulse");
  b.pair("flipflop", "inverters of the sign flip-flop");
  b.pair("flipflop_gate", "transmission gates of the sign flip-flop and the sign comparison");
  b.capacitor("load.c", "counter input that each output drives");
}

}  // namespace gaincell::cells
