// Xyce 7 (Reference Guide chapter 2: netlist commands, options and devices). Differences from ngspice that matter here:
// instance parameters follow PARAMS:, nodes inside instances are named with ':', options live in packages, and output
// is asked for with .PRINT, one line per analysis.

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "circuit_printer.hpp"
#include "gaincell/support/units.hpp"
#include "writers.hpp"

namespace gaincell::netlist {

namespace {

using support::formatNumber;

SpiceFormat format() {
  SpiceFormat f;
  f.declared_parameters = " params:";
  f.given_parameters = " params:";
  f.behavioral = [](const BehavioralSource& e) {
    return fmt::format("b{} {} {} {}={{{}}}", e.name, e.plus, e.minus,
                       e.kind == BehavioralSource::Kind::Voltage ? 'v' : 'i', portableExpression(e, "xyce"));
  };
  return f;
}

std::string hierarchical(std::string node) {
  std::replace(node.begin(), node.end(), '.', ':');
  return node;
}

void writeOptions(const Deck& deck, std::ostream& out) {
  // abstol, vntol and chgtol have no counterpart: Xyce bounds the local error of unknowns, not of currents and charges.
  const auto options = translateOptions(deck,
                                        {{"reltol", "timeint reltol"},
                                         {"method", "timeint method"},
                                         {"maxord", "timeint maxord"},
                                         {"gmin", "device gmin"}},
                                        "xyce");
  for (const auto& [name, value] : options.kept) fmt::print(out, ".options {}={}\n", name, value);
  if (!options.left_out.empty())
    fmt::print(out, "* ngspice numerics without a counterpart: {}\n", fmt::join(options.left_out, " "));
  fmt::print(out, ".options device temp={}\n\n", formatNumber(deck.temp_c));
}

// .OP prints nothing that .PRINT could select: a sweep of one point of a parameter nobody uses does.
constexpr const char* kOperatingPoint = ".global_param operating_point=0\n.dc operating_point list 0";

class XyceWriter final : public DialectWriter {
 public:
  std::string_view name() const override { return "xyce"; }
  std::string_view extension() const override { return "xyce.cir"; }

  void write(const Deck& deck, std::ostream& out) const override {
    fmt::print(out, "* {}\n", deck.title);
    for (const auto& card : pdkCards(deck, name())) fmt::print(out, "{}\n", card);
    writeOptions(deck, out);
    SpicePrinter printer(deck.circuit, out, format());
    printer.subcircuits();
    printer.elements(deck.circuit.top);
    for (const auto& [node, value] : deck.initial)
      fmt::print(out, ".ic v({})={}\n", hierarchical(node), formatNumber(value));
    for (const auto& [node, value] : deck.guesses)
      fmt::print(out, ".nodeset v({})={}\n", hierarchical(node), formatNumber(value));
    const auto analysis = analysisCard(deck.analysis, kOperatingPoint, true);
    fmt::print(out, "{}\n.print {} format=csv", analysis.line, analysis.kind);
    if (deck.saves.empty()) fmt::print(out, " v(*) i(*)");
    for (const auto& save : deck.saves) {
      const auto vector = savedVector(save, name());
      fmt::print(out, "\n+ {}({})", vector.kind, hierarchical(vector.name));
    }
    fmt::print(out, "\n.end\n");
  }

  void writeSubcircuits(const Circuit& circuit, std::ostream& out) const override {
    SpicePrinter(circuit, out, format()).subcircuits();
  }
};

}  // namespace

const DialectWriter& xyceWriter() {
  static const XyceWriter writer;
  return writer;
}

}  // namespace gaincell::netlist
