#pragma once
/// @file
/// Parts both converters are built from. Private to the generators.

#include "blocks.hpp"
#include "gaincell/cells/converter.hpp"

namespace gaincell::cells {

/// Branch of the kind in a design: "relu", "signed".
const char* converterName(ConverterKind kind);

inline bool isActive(const design::Branch& converter) {
  return converter.isChoice("integrator", "active");
}
/// The bias diode sits in the converter (fed with a current) rather than in a shared block (fed with a gate voltage).
inline bool hasOwnDiode(const design::Branch& converter) {
  return converter.isChoice("bias", "diode") || converter.isChoice("bias", "replica");
}

/// Name of a block beside the converters: a tile has both kinds, with sizes of their own.
inline std::string ownName(ConverterKind kind, const std::string& name) {
  return std::string(converterName(kind)) + "_" + name;
}

/// Declares what both converters share: the follower and the replica bias of `reference`.
void declareBias(design::Schema& schema);
/// One bias line for all converters (bias = ideal or buffered).
bool hasSharedLine(const design::Branch& converter);
/// Defines its block, ports ref (the reference current), nb (the line) and, when buffered, vdd.
std::string defineSharedBias(const pdk::Pdk& pdk, ConverterKind kind, const design::Design& design,
                             netlist::Circuit& circuit);

/// bias = replica: ports pr (gate line of the copies in the converters), low and high (what the two cells store), vdd.
std::string defineReplicaBias(const pdk::Pdk& pdk, ConverterKind kind, const design::Design& design,
                              netlist::Circuit& circuit);

/// Converters of one array share a block: bias or window line.
bool hasSharedBlock(const design::Branch& converter);
/// The output window comes through a delay line that all converters of the array share.
bool hasReplicaWindow(const design::Branch& converter);
/// That line, ports in, out, vdd. Slow in slow corners, as comparator and switch are.
std::string defineWindowDelay(const pdk::Pdk& pdk, ConverterKind kind, const design::Design& design,
                              netlist::Circuit& circuit);
void declareWindowDelay(const design::SchemaBranch& converter);

/// Bits of the gain trim: three bits of 2 % take a 3 % sigma to about 0.6 % (uniform within half a step).
inline constexpr int kTrimBits = 3;

void declarePhases(design::Schema& schema, ConverterKind kind);
void declareTrim(const design::SchemaBranch& converter);
/// Mirror of the reference current; see addSink() and addSource().
void declareMirror(const design::SchemaBranch& converter, ConverterKind kind);
void declareIntegrator(const design::SchemaBranch& converter, ConverterKind kind);
void declareLogic(const design::SchemaBranch& converter, ConverterKind kind);

/// Bit line, reset, integrator and comparator: from port bl to the nets `pos` (net charge into the bit line) and
/// `posb`.
void addFrontEnd(Blocks& blocks, ConverterKind kind, const design::Branch& converter);
/// Diode (when the bias wants it here), tail and trim of the n sink; switch gate net `on`, its complement `off`.
void addSink(Blocks& blocks, const design::Branch& converter, const std::string& on, const std::string& off);
/// Folded diode, tail of the p source; switch gate net `on_low` (conducts while low), its complement `off_low`.
void addSource(Blocks& blocks, const design::Branch& converter, const std::string& on_low, const std::string& off_low);

}  // namespace gaincell::cells
