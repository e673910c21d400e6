#include "circuit_printer.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::netlist {

using support::formatNumber;

void CircuitPrinter::subcircuits() {
  for (const auto& s : circuit_.subcircuits) {
    begin(s);
    elements(s.elements);
    end(s);
  }
}

void CircuitPrinter::elements(const std::vector<Element>& list) {
  for (const auto& e : list) std::visit([this](const auto& x) { print(x); }, e);
}

std::vector<std::string> CircuitPrinter::pinNodes(const Mosfet& e) const {
  std::vector<std::string> nodes;
  for (const auto& pin : modelOf(e).pins) nodes.push_back(pin == "d" ? e.d : pin == "g" ? e.g : pin == "s" ? e.s : e.b);
  return nodes;
}

std::string plainValue(const Value& v) {
  if (v.parameter.empty()) return formatNumber(v.number);
  return v.number == 1.0 ? v.parameter : fmt::format("{}*{}", formatNumber(v.number), v.parameter);
}

Value inUnit(const Value& v, double unit) {
  Value scaled = v;
  scaled.number *= unit;
  return scaled;
}

std::string foldedPoints(const Pwl& pwl, const std::string& continuation) {
  constexpr int kPointsPerLine = 8;  // some tools limit the line length
  std::string out;
  int on_line = 0;
  for (const auto& [t, v] : pwl.points) {
    if (on_line == kPointsPerLine) {
      out += continuation;
      on_line = 0;
    } else if (!out.empty()) {
      out += ' ';
    }
    ++on_line;
    out += fmt::format("{} {}", formatNumber(t), formatNumber(v));
  }
  return out;
}

std::string spiceStimulus(const Stimulus& stimulus) {
  if (const auto* dc = std::get_if<Dc>(&stimulus)) return formatNumber(dc->value);
  return fmt::format("pwl({})", foldedPoints(std::get<Pwl>(stimulus), "\n+ "));
}

std::string spiceSweep(const DcSweep& a, const std::string& between) {
  std::string line = fmt::format("{}{} {} {} {}", a.is_current ? 'i' : 'v', a.source, formatNumber(a.start),
                                 formatNumber(a.stop), formatNumber(a.step));
  if (a.outer_source)
    line += fmt::format("{}{}{} {} {} {}", between, a.outer_is_current ? 'i' : 'v', *a.outer_source,
                        formatNumber(a.outer_start), formatNumber(a.outer_stop), formatNumber(a.outer_step));
  return line;
}

std::string spiceTransient(const Transient& a, bool with_max_step) {
  std::string line = fmt::format("{} {}", formatNumber(a.step), formatNumber(a.stop));
  if (with_max_step && a.max_step > 0) line += fmt::format(" 0 {}", formatNumber(a.max_step));
  return line;
}

AnalysisCard analysisCard(const DeckAnalysis& analysis, const std::string& operating_point, bool with_max_step) {
  struct Visitor {
    const std::string& point;
    bool with_max_step;
    AnalysisCard operator()(const OperatingPoint&) const { return {point, "dc"}; }
    AnalysisCard operator()(const DcSweep& a) const { return {".dc " + spiceSweep(a), "dc"}; }
    AnalysisCard operator()(const Transient& a) const {
      return {fmt::format(".tran {}{}", spiceTransient(a, with_max_step), a.use_initial_conditions ? " uic" : ""),
              "tran"};
    }
  };
  return std::visit(Visitor{operating_point, with_max_step}, analysis);
}

// --- SPICE cards -------------------------------------------------------------------------------------------------

std::string SpicePrinter::text(const Value& v) const {
  return v.parameter.empty() ? plainValue(v) : format_.expression_open + plainValue(v) + format_.expression_close;
}

void SpicePrinter::begin(const Subcircuit& s) {
  if (!s.description.empty()) fmt::print(out(), "* {}\n", s.description);
  fmt::print(out(), ".subckt {} {}", s.name, fmt::join(s.ports, " "));
  if (!s.parameters.empty()) fmt::print(out(), "{}", format_.declared_parameters);
  for (const auto& p : s.parameters) fmt::print(out(), "\n+ {}={}", p.name, formatNumber(p.value));
  fmt::print(out(), "\n");
}

void SpicePrinter::end(const Subcircuit& s) {
  fmt::print(out(), ".ends {}\n\n", s.name);
}

void SpicePrinter::print(const Resistor& e) {
  fmt::print(out(), "r{} {} {} {}\n", e.name, e.a, e.b, text(e.ohms));
}
void SpicePrinter::print(const Capacitor& e) {
  fmt::print(out(), "c{} {} {} {}\n", e.name, e.a, e.b, text(e.farads));
}
void SpicePrinter::print(const VoltageSource& e) {
  fmt::print(out(), "v{} {} {} {}\n", e.name, e.plus, e.minus, spiceStimulus(e.stimulus));
}
void SpicePrinter::print(const CurrentSource& e) {
  fmt::print(out(), "i{} {} {} {}\n", e.name, e.plus, e.minus, spiceStimulus(e.stimulus));
}
void SpicePrinter::print(const VoltageControlledVoltage& e) {
  fmt::print(out(), "e{} {} {} {} {} {}\n", e.name, e.plus, e.minus, e.control_plus, e.control_minus,
             formatNumber(e.gain));
}
void SpicePrinter::print(const VoltageControlledCurrent& e) {
  fmt::print(out(), "g{} {} {} {} {} {}\n", e.name, e.plus, e.minus, e.control_plus, e.control_minus,
             formatNumber(e.gain));
}
void SpicePrinter::print(const BehavioralSource& e) {
  fmt::print(out(), "{}\n", format_.behavioral(e));
}

void SpicePrinter::print(const Mosfet& e) {
  const DeviceModel& model = modelOf(e);
  fmt::print(out(), "{}{} {} {}{} {}={} {}={}", static_cast<char>(std::tolower(model.element)), e.name,
             fmt::join(pinNodes(e), " "), model.model, model.element == 'X' ? format_.given_parameters : "",
             model.w_name, text(inUnit(e.w, model.unit)), model.l_name, text(inUnit(e.l, model.unit)));
  if (e.m != 1) fmt::print(out(), " {}={}", model.m_name, e.m);
  if (!model.instance_options.empty()) fmt::print(out(), " {}", model.instance_options);
  fmt::print(out(), "\n");
}

void SpicePrinter::print(const Instance& e) {
  fmt::print(out(), "x{} {} {}", e.name, fmt::join(e.nodes, " "), e.subcircuit);
  if (!e.parameters.empty()) fmt::print(out(), "{}", format_.given_parameters);
  for (const auto& [key, value] : e.parameters) fmt::print(out(), " {}={}", key, text(value));
  fmt::print(out(), "\n");
}

// --- what a deck needs besides elements ---------------------------------------------------------------------------

std::string portableExpression(const BehavioralSource& e, std::string_view dialect) {
  // The same name and meaning in ngspice, Xyce, HSPICE and Spectre (their manuals' chapters on expressions).
  static const std::set<std::string> known = {"v",   "abs",  "min",  "max",  "sqrt", "exp", "sin",
                                              "cos", "tanh", "sinh", "cosh", "atan", "pow"};
  const auto refuse = [&](const std::string& what) {
    throw support::Error(
        "NET-0025", fmt::format("{} cannot express {} of behavioral source '{}'", dialect, what, e.name), e.expression,
        "use node voltages, + - * /, comparisons, ?: and abs min max sqrt exp sin cos tanh pow");
  };
  for (const char forbidden : {'^', '@', '[', '#', '%', '\'', '"', '\n'})
    if (e.expression.find(forbidden) != std::string::npos) refuse(fmt::format("'{}'", forbidden));
  const std::string& text = e.expression;
  std::string out;
  enum class Nodes { Outside, Announced, Inside } nodes = Nodes::Outside;  // inside v(...) words name nodes
  for (std::size_t i = 0; i < text.size();) {
    const auto is = [&](std::size_t at, auto test) {
      return at < text.size() && test(static_cast<unsigned char>(text[at])) != 0;
    };
    const std::size_t start = i;
    if (nodes == Nodes::Outside && (is(i, isdigit) || (text[i] == '.' && is(i + 1, isdigit)))) {
      // A number with exponent and suffix becomes a plain one: suffixes differ ("meg" is M to Spectre).
      const auto exponent = [&] {
        return (text[i] == 'e' || text[i] == 'E') &&
               (is(i + 1, isdigit) || ((text[i + 1] == '-' || text[i + 1] == '+') && is(i + 2, isdigit)));
      };
      while (i < text.size() && (is(i, isalnum) || text[i] == '.')) i += exponent() ? 2 : 1;
      out += formatNumber(support::parseSpiceNumber(text.substr(start, i - start)));
    } else if (is(i, isalnum) || text[i] == '_') {
      while (is(i, isalnum) || (i < text.size() && (text[i] == '_' || text[i] == '.'))) ++i;
      std::string word = text.substr(start, i - start);
      out += word;
      if (nodes == Nodes::Inside) continue;
      std::transform(word.begin(), word.end(), word.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (!known.count(word)) refuse(fmt::format("'{}'", word));
      if (word == "v") nodes = Nodes::Announced;
    } else {
      if (text[i] == '(' && nodes == Nodes::Announced) nodes = Nodes::Inside;
      if (text[i] == ')' && nodes == Nodes::Inside) nodes = Nodes::Outside;
      out += text[i++];
    }
  }
  return out;
}

std::vector<std::string> pdkCards(const Deck& deck, std::string_view dialect) {
  const auto found = deck.dialect_cards.find(std::string(dialect));
  if (found != deck.dialect_cards.end()) return found->second;
  if (deck.pdk_cards.empty()) return {};
  throw support::Error("NET-0024", fmt::format("the PDK has no model cards for {}", dialect), deck.title,
                       fmt::format("use a PDK that has them, or name their include lines in its manifest "
                                   "(corners/<corner>/dialects/{})",
                                   dialect));
}

TranslatedOptions translateOptions(const Deck& deck, const std::map<std::string, std::string>& names,
                                   std::string_view dialect) {
  // Numerics of ngspice (manual 11.1): they bound errors or help convergence and change no circuit.
  static const std::set<std::string> numeric = {
      "abstol",       "bypass",   "chgtol", "gmin",   "gminsteps", "interp", "itl1",   "itl2",   "itl4",
      "itl5",         "maxord",   "method", "noinit", "noopiter",  "pivrel", "pivtol", "reltol", "rshunt",
      "savecurrents", "srcsteps", "trtol",  "vntol",  "xmu",       "klu",    "sparse"};
  TranslatedOptions out;
  for (const auto& [key, value] : deck.options) {
    const auto name = names.find(key);
    if (name != names.end())
      out.kept.emplace_back(name->second, value);
    else if (numeric.count(key))
      out.left_out.push_back(value.empty() ? key : fmt::format("{}={}", key, value));
    else
      throw support::Error("NET-0026", fmt::format("option '{}' is not known to mean the same in {}", key, dialect),
                           deck.title, "write the deck for ngspice, or leave the option out");
  }
  return out;
}

SavedVector savedVector(const std::string& save, std::string_view dialect) {
  if (save.size() > 3 && save[1] == '(' && save.back() == ')') {
    const char kind = static_cast<char>(std::tolower(static_cast<unsigned char>(save[0])));
    std::string name = save.substr(2, save.size() - 3);
    if ((kind == 'v' || kind == 'i') && name.find_first_of("(),@[ ") == std::string::npos)
      return {kind, std::move(name)};
  }
  throw support::Error("NET-0027", fmt::format("{} cannot save the vector '{}'", dialect, save), "",
                       "save node voltages v(node) and source currents i(vname)");
}

}  // namespace gaincell::netlist
