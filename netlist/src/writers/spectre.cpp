// Spectre, its native language (Spectre Circuit Simulator User Guide: netlist statements; Reference: components and
// analyses). Spectre tells upper from lower case, SPICE does not: every name is written in lower case, as Spectre
// itself does with what it reads in its SPICE language. The PDK's cards are SPICE cards and are read in that language.

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "circuit_printer.hpp"
#include "gaincell/support/units.hpp"
#include "writers.hpp"

namespace gaincell::netlist {

namespace {

using support::formatNumber;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string value(const Value& v) {
  return lower(plainValue(v));
}

std::string nodes(const std::vector<std::string>& list) {
  return lower(fmt::format("({})", fmt::join(list, " ")));
}

std::string stimulus(const Stimulus& s) {
  if (const auto* dc = std::get_if<Dc>(&s)) return fmt::format("dc={}", formatNumber(dc->value));
  // A statement goes on after a backslash.
  return fmt::format("type=pwl wave=[{}]", foldedPoints(std::get<Pwl>(s), " \\\n  "));
}

/// Elements keep the type letter of SPICE in front of their names, so that hierarchical names are the same in every
/// dialect.
class SpectrePrinter final : public CircuitPrinter {
 public:
  using CircuitPrinter::CircuitPrinter;

 private:
  void begin(const Subcircuit& s) override {
    if (!s.description.empty()) fmt::print(out(), "// {}\n", s.description);
    fmt::print(out(), "subckt {} {}\n", lower(s.name), nodes(s.ports));
    for (const auto& p : s.parameters) fmt::print(out(), "parameters {}={}\n", lower(p.name), formatNumber(p.value));
  }
  void end(const Subcircuit& s) override { fmt::print(out(), "ends {}\n\n", lower(s.name)); }

  void line(char letter, const std::string& name, const std::vector<std::string>& list, const std::string& rest) {
    fmt::print(out(), "{}{} {} {}\n", letter, lower(name), nodes(list), rest);
  }
  void print(const Resistor& e) override { line('r', e.name, {e.a, e.b}, "resistor r=" + value(e.ohms)); }
  void print(const Capacitor& e) override { line('c', e.name, {e.a, e.b}, "capacitor c=" + value(e.farads)); }
  void print(const VoltageSource& e) override {
    line('v', e.name, {e.plus, e.minus}, "vsource " + stimulus(e.stimulus));
  }
  void print(const CurrentSource& e) override {
    line('i', e.name, {e.plus, e.minus}, "isource " + stimulus(e.stimulus));
  }
  void print(const VoltageControlledVoltage& e) override {
    line('e', e.name, {e.plus, e.minus, e.control_plus, e.control_minus}, "vcvs gain=" + formatNumber(e.gain));
  }
  void print(const VoltageControlledCurrent& e) override {
    line('g', e.name, {e.plus, e.minus, e.control_plus, e.control_minus}, "vccs gm=" + formatNumber(e.gain));
  }
  void print(const BehavioralSource& e) override {
    line('b', e.name, {e.plus, e.minus},
         fmt::format("bsource {}=({})", e.kind == BehavioralSource::Kind::Voltage ? 'v' : 'i',
                     lower(portableExpression(e, "spectre"))));
  }
  void print(const Mosfet& e) override {
    const DeviceModel& model = modelOf(e);
    std::string rest = fmt::format("{} {}={} {}={}", lower(model.model), model.w_name, value(inUnit(e.w, model.unit)),
                                   model.l_name, value(inUnit(e.l, model.unit)));
    if (e.m != 1) rest += fmt::format(" {}={}", model.m_name, e.m);
    if (!model.instance_options.empty()) rest += " " + model.instance_options;
    line(static_cast<char>(std::tolower(model.element)), e.name, pinNodes(e), rest);
  }
  void print(const Instance& e) override {
    std::string rest = lower(e.subcircuit);
    for (const auto& [key, v] : e.parameters) rest += fmt::format(" {}={}", lower(key), value(v));
    line('x', e.name, e.nodes, rest);
  }
};

void writeOptions(const Deck& deck, std::ostream& out) {
  const auto options = translateOptions(
      deck, {{"reltol", "reltol"}, {"abstol", "iabstol"}, {"vntol", "vabstol"}, {"gmin", "gmin"}, {"method", ""}},
      "spectre");
  fmt::print(out, "simulatoroptions options temp={}", formatNumber(deck.temp_c));
  for (const auto& [name, v] : options.kept)
    if (!name.empty()) fmt::print(out, " {}={}", name, v);  // the method belongs to the analysis
  fmt::print(out, "\n");
  if (!options.left_out.empty())
    fmt::print(out, "// ngspice numerics without a counterpart: {}\n", fmt::join(options.left_out, " "));
  fmt::print(out, "\n");
}

std::string sweepText(bool is_current, const std::string& source, double start, double stop, double step) {
  return fmt::format("dev={}{} param=dc start={} stop={} step={}", is_current ? 'i' : 'v', lower(source),
                     formatNumber(start), formatNumber(stop), formatNumber(step));
}

std::string text(const Deck& deck) {
  struct Visitor {
    const Deck& deck;
    std::string operator()(const OperatingPoint&) const { return "op dc"; }
    std::string operator()(const DcSweep& a) const {
      std::string inner = "sweepdc dc " + sweepText(a.is_current, a.source, a.start, a.stop, a.step);
      if (!a.outer_source) return inner;
      return fmt::format("outer sweep {} {{\n  {}\n}}",
                         sweepText(a.outer_is_current, *a.outer_source, a.outer_start, a.outer_stop, a.outer_step),
                         inner);
    }
    std::string operator()(const Transient& a) const {
      std::string line = fmt::format("tran tran stop={}", formatNumber(a.stop));
      if (a.max_step > 0) line += fmt::format(" maxstep={}", formatNumber(a.max_step));
      const auto method = deck.options.find("method");
      if (method != deck.options.end()) line += method->second.rfind("trap", 0) == 0 ? " method=trap" : " method=gear2";
      if (a.use_initial_conditions) line += " skipdc=yes";
      return line;
    }
  };
  return std::visit(Visitor{deck}, deck.analysis);
}

class SpectreWriter final : public DialectWriter {
 public:
  std::string_view name() const override { return "spectre"; }
  std::string_view extension() const override { return "scs"; }

  void write(const Deck& deck, std::ostream& out) const override {
    fmt::print(out, "// {}\nsimulator lang=spectre\n", deck.title);
    const auto cards = pdkCards(deck, name());
    if (!cards.empty()) fmt::print(out, "simulator lang=spice\n{}\nsimulator lang=spectre\n", fmt::join(cards, "\n"));
    fmt::print(out, "global 0\n");
    writeOptions(deck, out);
    SpectrePrinter printer(deck.circuit, out);
    printer.subcircuits();
    printer.elements(deck.circuit.top);
    for (const auto& [node, v] : deck.initial) fmt::print(out, "ic {}={}\n", lower(node), formatNumber(v));
    for (const auto& [node, v] : deck.guesses) fmt::print(out, "nodeset {}={}\n", lower(node), formatNumber(v));
    if (deck.saves.empty()) fmt::print(out, "saveoptions options save=allpub currents=all\n");
    for (const auto& save : deck.saves) {
      const auto vector = savedVector(save, name());
      fmt::print(out, "save {}{}\n", lower(vector.name), vector.kind == 'i' ? ":p" : "");
    }
    fmt::print(out, "{}\n", text(deck));
  }

  void writeSubcircuits(const Circuit& circuit, std::ostream& out) const override {
    fmt::print(out, "simulator lang=spectre\n");
    SpectrePrinter(circuit, out).subcircuits();
  }
};

}  // namespace

const DialectWriter& spectreWriter() {
  static const SpectreWriter writer;
  return writer;
}

}  // namespace gaincell::netlist
