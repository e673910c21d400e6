#include "gaincell/cells/converter.hpp"

#include "converter_parts.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;

std::string defineReluConverter(const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit);
std::string defineSignedConverter(const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit);

ParameterSet converterParameters(const pdk::Pdk&, ConverterKind kind) {
  ParameterSet set;
  set.declare(
      {Parameter::oneOf("integrator", "passive", {"passive", "active"},
                        "passive: capacitor on the bit line; active: inverter with feedback capacitor"),
       Parameter::oneOf(
           "bias", "diode", {"diode", "ideal", "buffered", "replica"},
           "diode: ideal current into a diode in each converter; ideal, buffered: gate line shared by all converters, "
           "driven by an ideal or a transistor follower; replica: as diode, the current copied from gain cells"),
       Parameter::real("charge_scale", "", 1, 0.05, 20,
                       "factor on the charges and currents of integrator, mirror and reset together: sizes the "
                       "converter for other cells (4 takes the passive one from the lean to the reference cell)"),
       Parameter::oneOf("window", "auto", {"auto", "clock", "replica"},
                        "clock: the output window is the clock's; replica: it comes through a delay line that is slow "
                        "where the comparator is slow; auto: replica with the passive integrator"),
       Parameter::oneOf("power_gating", "on", {"on", "off"},
                        "cut the comparator's supply during the input window (passive)")});
  set.declare(
      {Parameter::oneOf("trim", "off", {"off", "on"}, "binary-weighted gain trim of the mirror, one code per column"),
       Parameter::integer("trim_code", 1 << (kTrimBits - 1), 0, (1 << kTrimBits) - 1,
                          "trim code; the middle is the untrimmed gain"),
       Parameter::real("trim_step", "", 0.02, 1e-3, 0.1, "W/L of one trim step, relative to the tail"),
       Parameter::real("trim_c_kick_n", "F", kind == ConverterKind::Relu ? 0.8e-15 : 2.7e-15, 0, 1e-12,
                       "added to c_kick_n with trim: the long trim devices kick the bias gate as well")});
  for (const bool active : {false, true}) {
    declareIntegrator(set, kind, active);
    declareMirror(set, kind, active);
    declarePhases(set, kind, active);
  }
  declarePair(set, "switch_driver", {0.2e-6, 0.4e-6}, "inverter that drives the mirror switch");
  declareDrivers(set, kind);
  declareBias(set);
  declareWindowDelay(set, kind);
  set.declare({Parameter::real("line_c", "F", 59e-15, 0, 1e-11,
                               "bit-line capacitance of the testbench: 64 cells and their wire, as a charge into a "
                               "column at rest shows it (0.8 fF of wire and 0.12 fF of read gates each)"),
               Parameter::integer("shared_by", 64, 1, 1024,
                                  "converters that share bias block and window line in an array: the testbench counts "
                                  "this part of their energy"),
               Parameter::real("load_c", "F", kind == ConverterKind::Relu ? 75e-15 : 2e-15, 0, 1e-11,
                               "load of each output of the testbench: a word line of 64 cells, or a counter input"),
               Parameter::real("load_r", "ohm", kind == ConverterKind::Relu ? 64 : 1, 1e-3, 1e6,
                               "series resistance of that load")});
  return set;
}

namespace {
// The comparator and the drivers see the same voltages at every scale and keep their sizes.
constexpr const char* kScaled[] = {"c_int",    "c_f",       "i_ref",           "lsb_charge",     "diode_w",
                                   "tail_w",   "switch_w",  "c_kick_n",        "trim_c_kick_n",  "fold_w",
                                   "c_kick_p", "reset_n_w", "reset_p_w",       "source_diode_w", "source_tail_w",
                                   "amp_n_w",  "amp_p_w",   "source_switch_w", "bias_line_c"};
}  // namespace

ParameterSet scaledConverter(const ParameterSet& given) {
  const double scale = given.real("charge_scale");
  ParameterSet set = given;
  if (scale == 1) return set;
  for (const std::string prefix : {"", "active_"}) {
    for (const char* name : kScaled)
      if (set.has(prefix + name)) set.set(prefix + name, scale * set.real(prefix + name), "charge_scale");
    if (set.has(prefix + "r_z")) set.set(prefix + "r_z", set.real(prefix + "r_z") / scale, "charge_scale");
  }
  return set;
}

std::string defineConverter(const pdk::Pdk& pdk, ConverterKind kind, const ParameterSet& given,
                            netlist::Circuit& circuit) {
  const ParameterSet set = scaledConverter(given);
  return kind == ConverterKind::Relu ? defineReluConverter(pdk, set, circuit)
                                     : defineSignedConverter(pdk, set, circuit);
}

namespace {

Generator converterGenerator(ConverterKind kind, std::string name, std::string description) {
  Generator g;
  g.kind = std::move(name);
  g.description = std::move(description);
  g.parameters = [kind](const pdk::Pdk& pdk) { return converterParameters(pdk, kind); };
  g.define = [kind](const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit) {
    return defineConverter(pdk, kind, set, circuit);
  };
  g.testbench = [kind](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ParameterSet& set) {
    // The first operation only leaves its trace on the capacitors; the second is the one to look at.
    const double full_scale = kPulseLevels * lsbCharge(kind, set);
    return converterDeck(pdk, conditions, kind, set, {-full_scale, 0.5 * full_scale});
  };
  return g;
}

}  // namespace

Generator reluConverterGenerator() {
  return converterGenerator(ConverterKind::Relu, "relu-converter",
                            "charge-to-pulse converter with ReLU, drives a word line");
}

Generator signedConverterGenerator() {
  return converterGenerator(ConverterKind::Signed, "signed-converter", "charge-to-pulse converter with sign flip-flop");
}

}  // namespace gaincell::cells
