#include "gaincell/cells/converter.hpp"

#include "converter_parts.hpp"
#include "gaincell/cells/array.hpp"
#include "gaincell/design/conventions.hpp"

namespace gaincell::cells {

using design::Branch;
using design::Design;
using design::SchemaBranch;

std::string defineReluConverter(const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit);
std::string defineSignedConverter(const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit);

namespace {

void declareConverter(design::Schema& schema, ConverterKind kind) {
  const SchemaBranch b(schema, converterName(kind));
  b.oneOf("integrator", {"passive", "active"},
          "passive: capacitor on the bit line; active: inverter with feedback capacitor");
  b.oneOf("bias", {"diode", "ideal", "buffered", "replica"},
          "diode: ideal current into a diode in each converter; ideal, buffered: gate line shared by all converters, "
          "driven by an ideal or a transistor follower; replica: as diode, the current copied from gain cells");
  b.when("integrator", {"passive"})
      .oneOf("power_gating", {"on", "off"}, "cut the comparator's supply during the input window");
  b.ofModels().real(
      "gain", "", 0.1, 10,
      "gain of the array with this converter against cells on a held line (analysis mac of the column): cells "
      "lose current as the line moves");
  declareTrim(b);
  declareIntegrator(b, kind);
  declareMirror(b, kind);
  b.pair("switch_driver", "inverter that drives the mirror switch");
  declareLogic(b, kind);
  declareWindowDelay(b);
}

}  // namespace

void declareConverters(design::Schema& schema) {
  for (const ConverterKind kind : {ConverterKind::Relu, ConverterKind::Signed}) {
    declareConverter(schema, kind);
    declarePhases(schema, kind);
  }
  declareBias(schema);
}

const char* converterName(ConverterKind kind) {
  return kind == ConverterKind::Relu ? "relu" : "signed";
}

Branch converterBranch(const Design& design, ConverterKind kind) {
  return design.branch(converterName(kind));
}

std::string defineConverter(const pdk::Pdk& pdk, ConverterKind kind, const Design& design, netlist::Circuit& circuit) {
  return kind == ConverterKind::Relu ? defineReluConverter(pdk, design, circuit)
                                     : defineSignedConverter(pdk, design, circuit);
}

double lsbCharge(ConverterKind kind, const Design& design) {
  return converterBranch(design, kind).real("lsb_charge");
}

double fullScaleCharge(ConverterKind kind, const Design& design) {
  return design::topPulse(design) * lsbCharge(kind, design);
}

int convertersOf(ConverterKind kind, const Design& design) {
  return arrayCols(design, kind == ConverterKind::Relu ? ArrayRole::Keys : ArrayRole::Values);
}

OutputLoad outputLoad(ConverterKind kind, const pdk::Pdk& pdk, const Design& design) {
  if (kind == ConverterKind::Signed) return {1, converterBranch(design, kind).real("load.c")};  // a short wire
  // A word line of array 2, seen from its driver: all of its capacitance behind half of its resistance.
  const LineWire wire = lineWire(pdk, design, "word");
  const int cells = arrayCols(design, ArrayRole::Values);
  return {0.5 * cells * wire.r, cells * (wire.c + wordLineLoad(design))};
}

namespace {

Generator converterGenerator(ConverterKind kind, std::string name, std::string description) {
  Generator g;
  g.kind = std::move(name);
  g.description = std::move(description);
  g.define = [kind](const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
    return defineConverter(pdk, kind, design, circuit);
  };
  g.testbench = [kind](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    // The first operation only leaves its trace on the capacitors; the second is the one to look at.
    const double full_scale = fullScaleCharge(kind, design);
    return converterDeck(pdk, conditions, kind, design, {-full_scale, 0.5 * full_scale});
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
