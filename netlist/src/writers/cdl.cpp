// CDL, the netlist of layout verification (LVS): devices and hierarchy, no stimulus, no analysis, no model cards.
// The sources of a testbench are not devices: they are left out, and the nodes they drive become the ports of the top
// cell. A source inside a subcircuit is no layout either, and leaving it out would change the block: it is refused.

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "circuit_printer.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"
#include "writers.hpp"

namespace gaincell::netlist {

namespace {

using support::formatNumber;

SpiceFormat format() {
  SpiceFormat f;
  f.expression_open = f.expression_close = "'";
  return f;
}

bool isSource(const Element& e) {
  return std::holds_alternative<VoltageSource>(e) || std::holds_alternative<CurrentSource>(e) ||
         std::holds_alternative<VoltageControlledVoltage>(e) || std::holds_alternative<VoltageControlledCurrent>(e) ||
         std::holds_alternative<BehavioralSource>(e);
}

class CdlPrinter final : public SpicePrinter {
 public:
  CdlPrinter(const Circuit& circuit, std::ostream& out) : SpicePrinter(circuit, out, format()) {}

  /// The devices of the top level as a cell.
  void top(const std::string& name) {
    const auto& list = circuit().top;
    std::vector<std::string> ports, sources;
    std::vector<Element> devices;
    for (const auto& e : list) {
      if (!isSource(e)) {
        devices.push_back(e);
        continue;
      }
      sources.push_back(nameOf(e));
      for (const auto& node : nodesOf(e))
        if (node != "0" && std::find(ports.begin(), ports.end(), node) == ports.end()) ports.push_back(node);
    }
    if (devices.empty()) return;
    if (!sources.empty()) fmt::print(out(), "* sources of the testbench, left out: {}\n", fmt::join(sources, " "));
    Subcircuit cell;
    cell.name = name;
    cell.ports = ports;
    begin(cell);
    elements(devices);
    end(cell);
  }

 private:
  void begin(const Subcircuit& s) override {
    for (const auto& e : s.elements)
      if (isSource(e))
        throw support::Error("NET-0028", fmt::format("CDL holds devices only, '{}' is a source", nameOf(e)), s.name,
                             "write this circuit in another dialect, or replace the source by devices");
    SpicePrinter::begin(s);
    if (s.ports.empty()) return;
    // Directions are not known to the circuit: B is what CDL calls "both".
    fmt::print(out(), "*.PININFO");
    for (const auto& port : s.ports) fmt::print(out(), " {}:B", port);
    fmt::print(out(), "\n");
  }
};

class CdlWriter final : public DialectWriter {
 public:
  std::string_view name() const override { return "cdl"; }
  std::string_view extension() const override { return "cdl"; }

  void write(const Deck& deck, std::ostream& out) const override {
    header(deck.title, out);
    CdlPrinter printer(deck.circuit, out);
    printer.subcircuits();
    // Names are unique without regard to case; a subcircuit of this name would be one of the user's own.
    std::string top = "top";
    while (deck.circuit.find(top) != nullptr) top += "_";
    printer.top(top);
  }

  void writeSubcircuits(const Circuit& circuit, std::ostream& out) const override {
    header("subcircuits", out);
    CdlPrinter(circuit, out).subcircuits();
  }

 private:
  static void header(const std::string& title, std::ostream& out) {
    fmt::print(out, "* {}\n*.SCALE METER\n*.GND 0\n\n", title);
  }
};

}  // namespace

const DialectWriter& cdlWriter() {
  static const CdlWriter writer;
  return writer;
}

}  // namespace gaincell::netlist
