#pragma once
/// @file
/// Parts both converters are built from. Private to the generators.

#include "blocks.hpp"
#include "gaincell/cells/converter.hpp"

namespace gaincell::cells {

/// "active_" or "": parameters of the active integrator carry the prefix.
inline bool isActive(const netlist::ParameterSet& set) {
  return set.isChoice("integrator", "active");
}
inline std::string variantPrefix(const netlist::ParameterSet& set) {
  return isActive(set) ? "active_" : "";
}
/// The bias diode sits in the converter (fed with a current) rather than in a shared block (fed with a gate voltage).
inline bool hasOwnDiode(const netlist::ParameterSet& set) {
  return set.isChoice("bias", "diode") || set.isChoice("bias", "replica");
}

/// Name of a block beside the converters: a tile has both kinds, with sizes of their own.
inline std::string ownName(ConverterKind kind, const std::string& name) {
  return (kind == ConverterKind::Relu ? "relu_" : "signed_") + name;
}

/// The set with `charge_scale` worked into the sizes it is for.
netlist::ParameterSet scaledConverter(const netlist::ParameterSet& given);

void declareBias(netlist::ParameterSet& set);
/// One bias line for all converters (bias = ideal or buffered).
bool hasSharedLine(const netlist::ParameterSet& set);
/// Defines its block, ports ref (the reference current), nb (the line) and, when buffered, vdd.
std::string defineSharedBias(const pdk::Pdk& pdk, ConverterKind kind, const netlist::ParameterSet& set,
                             netlist::Circuit& circuit);

/// bias = replica: ports pr (gate line of the copies in the converters), low and high (what the two cells store), vdd.
std::string defineReplicaBias(const pdk::Pdk& pdk, ConverterKind kind, const netlist::ParameterSet& set,
                              const netlist::ParameterSet& cell, netlist::Circuit& circuit);

/// Converters of one array share a block: bias or window line.
bool hasSharedBlock(const netlist::ParameterSet& set);
/// The output window comes through a delay line that all converters of the array share.
bool hasReplicaWindow(const netlist::ParameterSet& set);
/// That line, ports in, out, vdd. Slow in slow corners, as comparator and switch are.
std::string defineWindowDelay(const pdk::Pdk& pdk, ConverterKind kind, const netlist::ParameterSet& set,
                              netlist::Circuit& circuit);
void declareWindowDelay(netlist::ParameterSet& set, ConverterKind kind);

/// Bits of the gain trim: three bits of 2 % take a 3 % sigma to about 0.6 % (uniform within half a step).
inline constexpr int kTrimBits = 3;

void declareCapacitor(netlist::ParameterSet& set, const std::string& name, double value, double max,
                      const std::string& description);
/// Phase parameters, one per edge; `prefix` "active_" or "".
void declarePhases(netlist::ParameterSet& set, ConverterKind kind, bool active);
/// Mirror of the reference current; see addSink() and addSource().
void declareMirror(netlist::ParameterSet& set, ConverterKind kind, bool active);
void declareIntegrator(netlist::ParameterSet& set, ConverterKind kind, bool active);
void declareDrivers(netlist::ParameterSet& set, ConverterKind kind);

/// Bit line, reset, integrator and comparator: from port bl to the nets `pos` (net charge into the bit line) and
/// `posb`.
void addFrontEnd(Blocks& blocks, ConverterKind kind, const netlist::ParameterSet& set);
/// Diode (when the bias wants it here), tail and trim of the n sink; switch gate net `on`, its complement `off`.
void addSink(Blocks& blocks, const netlist::ParameterSet& set, const std::string& on, const std::string& off);
/// Folded diode, tail of the p source; switch gate net `on_low` (conducts while low), its complement `off_low`.
void addSource(Blocks& blocks, const netlist::ParameterSet& set, const std::string& on_low, const std::string& off_low);

/// Word-line driver chains from the active-low pulse `pulseb` to `out` and its complement `outb`.
void addWordLineDrivers(Blocks& blocks, const netlist::ParameterSet& set, const std::string& pulseb,
                        const std::string& out, const std::string& outb);

}  // namespace gaincell::cells
