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

/// The same circuit with every parameter resolved.
class Resolver {
 public:
  explicit Resolver(const Circuit& circuit) : circuit_(circuit) {
    resolved_.devices = circuit.devices;
    for (const auto& s : circuit.subcircuits) cell(s, {});
  }
  Circuit withTop() {
    resolved_.top = elements(circuit_.top, {});
    return resolved_;
  }

 private:
  using Environment = std::map<std::string, double>;

  /// Name of the cell with these values; made on first use.
  std::string cell(const Subcircuit& s, const Environment& given) {
    Environment values;
    for (const auto& p : s.parameters) {
      const auto found = given.find(p.name);
      values[p.name] = found == given.end() ? p.value : found->second;
    }
    auto& variants = names_[s.name];
    const auto known = variants.find(values);
    if (known != variants.end()) return known->second;
    Subcircuit copy = s;
    copy.parameters.clear();
    copy.name = s.name;
    for (std::size_t i = variants.size(); !variants.empty() && (copy.name == s.name || circuit_.find(copy.name)); ++i)
      copy.name = fmt::format("{}_v{}", s.name, i);
    variants[values] = copy.name;
    copy.elements = elements(s.elements, values);  // callees come before their caller
    resolved_.subcircuits.push_back(copy);
    return copy.name;
  }

  std::vector<Element> elements(const std::vector<Element>& list, const Environment& environment) {
    std::vector<Element> out = list;
    for (auto& e : out) std::visit([&](auto& x) { resolve(x, environment); }, e);
    return out;
  }
  static void resolve(Resistor& e, const Environment& values) { e.ohms = e.ohms.in(values); }
  static void resolve(Capacitor& e, const Environment& values) { e.farads = e.farads.in(values); }
  static void resolve(Mosfet& e, const Environment& values) {
    e.w = e.w.in(values);
    e.l = e.l.in(values);
  }
  void resolve(Instance& e, const Environment& values) {
    Environment given;
    for (const auto& [name, v] : e.parameters) given[name] = v.in(values);
    e.parameters.clear();
    e.subcircuit = cell(*circuit_.find(e.subcircuit), given);
  }
  template <class Source>
  static void resolve(Source&, const Environment&) {}

  const Circuit& circuit_;
  Circuit resolved_;
  std::map<std::string, std::map<Environment, std::string>> names_;
};

bool isSource(const Element& e) {
  return std::holds_alternative<VoltageSource>(e) || std::holds_alternative<CurrentSource>(e) ||
         std::holds_alternative<VoltageControlledVoltage>(e) || std::holds_alternative<VoltageControlledCurrent>(e) ||
         std::holds_alternative<BehavioralSource>(e);
}

class CdlPrinter final : public SpicePrinter {
 public:
  CdlPrinter(const Circuit& circuit, std::ostream& out) : SpicePrinter(circuit, out, SpiceFormat{}) {}

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
    const Circuit resolved = Resolver(deck.circuit).withTop();
    CdlPrinter printer(resolved, out);
    printer.subcircuits();
    // Names are unique without regard to case; a subcircuit of this name would be one of the user's own.
    std::string top = "top";
    while (resolved.find(top) != nullptr) top += "_";
    printer.top(top);
  }

  void writeSubcircuits(const Circuit& circuit, std::ostream& out) const override {
    header("subcircuits", out);
    const Circuit resolved = Resolver(circuit).withTop();
    CdlPrinter(resolved, out).subcircuits();
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
