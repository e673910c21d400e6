// ngspice 39 and newer (manual chapters 2 to 5 for elements, 11 for analyses).

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "circuit_printer.hpp"
#include "gaincell/support/units.hpp"
#include "writers.hpp"

namespace gaincell::netlist {

namespace {

using support::formatNumber;

SpiceFormat format() {
  SpiceFormat f;
  f.declared_parameters = " params:";
  f.behavioral = [](const BehavioralSource& e) {
    return fmt::format("b{} {} {} {}={}", e.name, e.plus, e.minus,
                       e.kind == BehavioralSource::Kind::Voltage ? 'v' : 'i', e.expression);
  };
  return f;
}

std::string text(const DeckAnalysis& analysis) {
  struct Visitor {
    std::string operator()(const OperatingPoint&) const { return ".op"; }
    std::string operator()(const DcSweep& a) const { return ".dc " + spiceSweep(a); }
    std::string operator()(const Transient& a) const {
      return fmt::format(".tran {}{}", spiceTransient(a, true), a.use_initial_conditions ? " uic" : "");
    }
  };
  return std::visit(Visitor{}, analysis);
}

class NgspiceWriter final : public DialectWriter {
 public:
  std::string_view name() const override { return "ngspice"; }
  std::string_view extension() const override { return "cir"; }

  void write(const Deck& deck, std::ostream& out) const override {
    fmt::print(out, "* {}\n", deck.title);
    for (const auto& s : deck.simulator_settings) fmt::print(out, "* needs: set {}\n", s);
    for (const auto& card : deck.pdk_cards) fmt::print(out, "{}\n", card);
    if (!deck.options.empty()) {
      fmt::print(out, ".options");
      for (const auto& [key, value] : deck.options) fmt::print(out, " {}{}{}", key, value.empty() ? "" : "=", value);
      fmt::print(out, "\n");
    }
    fmt::print(out, ".temp {}\n\n", formatNumber(deck.temp_c));
    SpicePrinter printer(deck.circuit, out, format());
    printer.subcircuits();
    printer.elements(deck.circuit.top);
    for (const auto& [node, value] : deck.initial) fmt::print(out, ".ic v({})={}\n", node, formatNumber(value));
    for (const auto& [node, value] : deck.guesses) fmt::print(out, ".nodeset v({})={}\n", node, formatNumber(value));
    for (const auto& save : deck.saves) fmt::print(out, ".save {}\n", save);
    fmt::print(out, "{}\n.end\n", text(deck.analysis));
  }

  void writeSubcircuits(const Circuit& circuit, std::ostream& out) const override {
    SpicePrinter(circuit, out, format()).subcircuits();
  }
};

}  // namespace

const DialectWriter& ngspiceWriter() {
  static const NgspiceWriter writer;
  return writer;
}

}  // namespace gaincell::netlist
