// HSPICE (User Guide: Simulation and Analysis; Reference Manual: Commands and Control Options). Differences from
// ngspice that matter here: expressions in single quotes, parameters of .subckt without a keyword, behavioral sources
// as E and G elements, the largest time step as option delmax, and output selected by .probe.

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include "circuit_printer.hpp"
#include "gaincell/support/units.hpp"
#include "writers.hpp"

namespace gaincell::netlist {

namespace {

using support::formatNumber;

SpiceFormat format() {
  SpiceFormat f;
  f.expression_open = f.expression_close = "'";
  f.behavioral = [](const BehavioralSource& e) {
    const bool voltage = e.kind == BehavioralSource::Kind::Voltage;
    return fmt::format("{}{} {} {} {}='{}'", voltage ? 'e' : 'g', e.name, e.plus, e.minus, voltage ? "vol" : "cur",
                       portableExpression(e, "hspice"));
  };
  return f;
}

void writeOptions(const Deck& deck, std::ostream& out) {
  const auto options = translateOptions(deck,
                                        {{"reltol", "reltol"},
                                         {"abstol", "abstol"},
                                         {"vntol", "vntol"},
                                         {"chgtol", "chgtol"},
                                         {"gmin", "gmin"},
                                         {"trtol", "trtol"},
                                         {"method", "method"},
                                         {"itl1", "itl1"},
                                         {"itl4", "itl4"}},
                                        "hspice");
  fmt::print(out, ".option post=1 probe");
  for (const auto& [name, value] : options.kept) fmt::print(out, " {}={}", name, value);
  if (const auto* tran = std::get_if<Transient>(&deck.analysis); tran && tran->max_step > 0)
    fmt::print(out, " delmax={}", formatNumber(tran->max_step));
  fmt::print(out, "\n");
  if (!options.left_out.empty())
    fmt::print(out, "* ngspice numerics without a counterpart: {}\n", fmt::join(options.left_out, " "));
  fmt::print(out, ".temp {}\n\n", formatNumber(deck.temp_c));
}

// .op alone writes no waveform file: one point of a sweep over a parameter nobody uses does.
constexpr const char* kOperatingPoint = ".param operating_point=0\n.op\n.dc operating_point 0 0 1";

class HspiceWriter final : public DialectWriter {
 public:
  std::string_view name() const override { return "hspice"; }
  std::string_view extension() const override { return "sp"; }

  void write(const Deck& deck, std::ostream& out) const override {
    fmt::print(out, "* {}\n", deck.title);
    for (const auto& card : pdkCards(deck, name())) fmt::print(out, "{}\n", card);
    writeOptions(deck, out);
    SpicePrinter printer(deck.circuit, out, format());
    printer.subcircuits();
    printer.elements(deck.circuit.top);
    for (const auto& [node, value] : deck.initial) fmt::print(out, ".ic v({})={}\n", node, formatNumber(value));
    for (const auto& [node, value] : deck.guesses) fmt::print(out, ".nodeset v({})={}\n", node, formatNumber(value));
    const auto analysis = analysisCard(deck.analysis, kOperatingPoint, false);
    fmt::print(out, "{}\n", analysis.line);
    if (deck.saves.empty()) fmt::print(out, ".probe {} v(*) i(*)\n", analysis.kind);
    for (const auto& save : deck.saves) {
      const auto vector = savedVector(save, name());
      fmt::print(out, ".probe {} {}({})\n", analysis.kind, vector.kind, vector.name);
    }
    fmt::print(out, ".end\n");
  }

  void writeSubcircuits(const Circuit& circuit, std::ostream& out) const override {
    SpicePrinter(circuit, out, format()).subcircuits();
  }
};

}  // namespace

const DialectWriter& hspiceWriter() {
  static const HspiceWriter writer;
  return writer;
}

}  // namespace gaincell::netlist
