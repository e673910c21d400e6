// ngspice 39 and newer (manual chapters 2 to 5 for elements, 11 for analyses).

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <cctype>
#include <ostream>

#include "gaincell/support/units.hpp"
#include "writers.hpp"

namespace gaincell::netlist {

namespace {

using support::formatNumber;

std::string text(const Value& v) {
  if (v.parameter.empty()) return formatNumber(v.number);
  return v.number == 1.0 ? fmt::format("{{{}}}", v.parameter)
                         : fmt::format("{{{}*{}}}", formatNumber(v.number), v.parameter);
}

/// Width or length in the PDK's unit.
std::string size(const Value& v, double unit) {
  Value scaled = v;
  scaled.number *= unit;
  return text(scaled);
}

std::string text(const Stimulus& stimulus) {
  if (const auto* dc = std::get_if<Dc>(&stimulus)) return formatNumber(dc->value);
  // Long waveforms are folded: some tools limit the line length.
  std::string out = "pwl(";
  int on_line = 0;
  for (const auto& [t, v] : std::get<Pwl>(stimulus).points) {
    if (on_line++ == 8) {
      out += "\n+ ";
      on_line = 1;
    }
    out += formatNumber(t) + " " + formatNumber(v) + " ";
  }
  out.back() = ')';
  return out;
}

class Printer {
 public:
  Printer(const Circuit& circuit, std::ostream& out) : circuit_(circuit), out_(out) {}

  void elements(const std::vector<Element>& list) {
    for (const auto& e : list) std::visit([this](const auto& x) { print(x); }, e);
  }

  void subcircuits() {
    for (const auto& s : circuit_.subcircuits) {
      if (!s.description.empty()) fmt::print(out_, "* {}\n", s.description);
      fmt::print(out_, ".subckt {} {}", s.name, fmt::join(s.ports, " "));
      if (!s.parameters.empty()) fmt::print(out_, " params:");
      for (const auto& p : s.parameters) fmt::print(out_, "\n+ {}={}", p.name, formatNumber(p.value));
      fmt::print(out_, "\n");
      elements(s.elements);
      fmt::print(out_, ".ends {}\n\n", s.name);
    }
  }

 private:
  void print(const Resistor& e) { fmt::print(out_, "r{} {} {} {}\n", e.name, e.a, e.b, text(e.ohms)); }
  void print(const Capacitor& e) { fmt::print(out_, "c{} {} {} {}\n", e.name, e.a, e.b, text(e.farads)); }
  void print(const VoltageSource& e) { fmt::print(out_, "v{} {} {} {}\n", e.name, e.plus, e.minus, text(e.stimulus)); }
  void print(const CurrentSource& e) { fmt::print(out_, "i{} {} {} {}\n", e.name, e.plus, e.minus, text(e.stimulus)); }
  void print(const VoltageControlledVoltage& e) {
    fmt::print(out_, "e{} {} {} {} {} {}\n", e.name, e.plus, e.minus, e.control_plus, e.control_minus,
               formatNumber(e.gain));
  }
  void print(const VoltageControlledCurrent& e) {
    fmt::print(out_, "g{} {} {} {} {} {}\n", e.name, e.plus, e.minus, e.control_plus, e.control_minus,
               formatNumber(e.gain));
  }
  void print(const BehavioralSource& e) {
    fmt::print(out_, "b{} {} {} {}={}\n", e.name, e.plus, e.minus,
               e.kind == BehavioralSource::Kind::Voltage ? 'v' : 'i', e.expression);
  }
  void print(const Mosfet& e) {
    const DeviceModel& model = circuit_.devices.at(e.flavour);
    fmt::print(out_, "{}{}", static_cast<char>(std::tolower(model.element)), e.name);
    for (const auto& pin : model.pins)
      fmt::print(out_, " {}", pin == "d" ? e.d : pin == "g" ? e.g : pin == "s" ? e.s : e.b);
    fmt::print(out_, " {} {}={} {}={}", model.model, model.w_name, size(e.w, model.unit), model.l_name,
               size(e.l, model.unit));
    if (e.m != 1) fmt::print(out_, " {}={}", model.m_name, e.m);
    if (!model.instance_options.empty()) fmt::print(out_, " {}", model.instance_options);
    fmt::print(out_, "\n");
  }
  void print(const Instance& e) {
    fmt::print(out_, "x{} {} {}", e.name, fmt::join(e.nodes, " "), e.subcircuit);
    for (const auto& [key, value] : e.parameters) fmt::print(out_, " {}={}", key, text(value));
    fmt::print(out_, "\n");
  }

  const Circuit& circuit_;
  std::ostream& out_;
};

std::string text(const DeckAnalysis& analysis) {
  struct Visitor {
    std::string operator()(const OperatingPoint&) const { return ".op"; }
    std::string operator()(const DcSweep& a) const {
      std::string line = fmt::format(".dc {}{} {} {} {}", a.is_current ? 'i' : 'v', a.source, formatNumber(a.start),
                                     formatNumber(a.stop), formatNumber(a.step));
      if (a.outer_source)
        line += fmt::format(" {}{} {} {} {}", a.outer_is_current ? 'i' : 'v', *a.outer_source,
                            formatNumber(a.outer_start), formatNumber(a.outer_stop), formatNumber(a.outer_step));
      return line;
    }
    std::string operator()(const Transient& a) const {
      std::string line = fmt::format(".tran {} {}", formatNumber(a.step), formatNumber(a.stop));
      if (a.max_step > 0) line += fmt::format(" 0 {}", formatNumber(a.max_step));
      return a.use_initial_conditions ? line + " uic" : line;
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
    Printer printer(deck.circuit, out);
    printer.subcircuits();
    printer.elements(deck.circuit.top);
    for (const auto& [node, value] : deck.initial) fmt::print(out, ".ic v({})={}\n", node, formatNumber(value));
    for (const auto& [node, value] : deck.guesses) fmt::print(out, ".nodeset v({})={}\n", node, formatNumber(value));
    for (const auto& save : deck.saves) fmt::print(out, ".save {}\n", save);
    fmt::print(out, "{}\n.end\n", text(deck.analysis));
  }

  void writeSubcircuits(const Circuit& circuit, std::ostream& out) const override {
    Printer(circuit, out).subcircuits();
  }
};

}  // namespace

const DialectWriter& ngspiceWriter() {
  static const NgspiceWriter writer;
  return writer;
}

}  // namespace gaincell::netlist
