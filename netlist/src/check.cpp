#include "gaincell/netlist/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <set>

#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::netlist {

namespace {

using Environment = std::map<std::string, double>;

bool goodName(const std::string& name) {
  if (name.empty() || !(std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_')) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

bool goodNode(const std::string& name) {
  return name == "0" || goodName(name);
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

class Checker {
 public:
  explicit Checker(const Circuit& circuit) : circuit_(circuit) {}

  std::vector<std::string> run() {
    std::set<std::string> names;
    for (const auto& s : circuit_.subcircuits) {
      if (!goodName(s.name)) report(s.name, "the name is not made of letters, digits and underscores");
      if (!names.insert(lowered(s.name)).second) report(s.name, "two subcircuits have this name");
      checkBlock(s.name, s.elements, s.ports, environmentOf(s));
      known_.insert(s.name);
    }
    checkBlock("top", circuit_.top, {}, {});
    return findings_;
  }

 private:
  void report(const std::string& place, const std::string& what) { findings_.push_back(place + ": " + what); }

  static Environment environmentOf(const Subcircuit& s) {
    Environment env;
    for (const auto& p : s.parameters) env[p.name] = p.value;
    return env;
  }

  void checkBlock(const std::string& block, const std::vector<Element>& elements, const std::vector<std::string>& ports,
                  const Environment& env) {
    std::set<std::string> names;
    std::map<std::string, int> connections;
    for (const auto& element : elements) {
      const std::string place = block + "/" + nameOf(element);
      if (!goodName(nameOf(element))) report(place, "the name is not made of letters, digits and underscores");
      if (!names.insert(fmt::format("{}{}", element.index(), lowered(nameOf(element)))).second)
        report(place, "two elements of one kind have this name");
      for (const auto& node : nodesOf(element)) {
        if (!goodNode(node)) report(place, fmt::format("'{}' is not a node name", node));
        ++connections[lowered(node)];
      }
      std::visit([&](const auto& e) { checkElement(place, e, env); }, element);
    }
    checkConnections(block, ports, connections);
  }

  void checkConnections(const std::string& block, const std::vector<std::string>& ports,
                        const std::map<std::string, int>& connections) {
    std::set<std::string> port_names;
    for (const auto& port : ports) {
      if (!goodName(port)) report(block, fmt::format("'{}' is not a port name", port));
      if (!port_names.insert(lowered(port)).second) report(block, fmt::format("port '{}' is listed twice", port));
      if (!connections.contains(lowered(port))) report(block, fmt::format("port '{}' is not connected", port));
    }
    for (const auto& [node, count] : connections)
      if (count < 2 && node != "0" && !port_names.contains(node))
        report(block, fmt::format("node '{}' has a single connection", node));
  }

  std::optional<double> resolve(const std::string& place, const Value& value, const Environment& env) {
    if (!value.parameter.empty() && !env.contains(value.parameter)) {
      report(place, fmt::format("there is no parameter '{}'", value.parameter));
      return std::nullopt;
    }
    const double v = value.in(env);
    if (!std::isfinite(v)) {
      report(place, "a value is not finite");
      return std::nullopt;
    }
    return v;
  }

  void checkPositive(const std::string& place, const Value& value, const Environment& env, const char* what,
                     bool zero_ok) {
    const auto v = resolve(place, value, env);
    if (v && (*v < 0 || (*v == 0 && !zero_ok))) report(place, fmt::format("{} {} is not positive", what, *v));
  }

  void checkElement(const std::string& place, const Resistor& e, const Environment& env) {
    checkPositive(place, e.ohms, env, "resistance", false);
  }
  void checkElement(const std::string& place, const Capacitor& e, const Environment& env) {
    checkPositive(place, e.farads, env, "capacitance", true);
  }
  void checkStimulus(const std::string& place, const Stimulus& stimulus) {
    if (const auto* dc = std::get_if<Dc>(&stimulus)) {
      if (!std::isfinite(dc->value)) report(place, "the DC value is not finite");
      return;
    }
    double last = -1.0;
    for (const auto& [t, v] : std::get<Pwl>(stimulus).points) {
      if (!std::isfinite(t) || !std::isfinite(v)) return report(place, "a point of the waveform is not finite");
      if (t <= last)
        return report(place, fmt::format("waveform times do not increase at {}", support::formatSi(t, "s", 6)));
      last = t;
    }
  }
  void checkElement(const std::string& place, const VoltageSource& e, const Environment&) {
    checkStimulus(place, e.stimulus);
  }
  void checkElement(const std::string& place, const CurrentSource& e, const Environment&) {
    checkStimulus(place, e.stimulus);
  }
  void checkElement(const std::string& place, const VoltageControlledVoltage& e, const Environment&) {
    if (!std::isfinite(e.gain)) report(place, "the gain is not finite");
  }
  void checkElement(const std::string& place, const VoltageControlledCurrent& e, const Environment&) {
    if (!std::isfinite(e.gain)) report(place, "the gain is not finite");
  }
  void checkElement(const std::string& place, const BehavioralSource& e, const Environment&) {
    if (e.expression.empty() || e.expression.find('\n') != std::string::npos)
      report(place, "the expression is not one line");
  }

  void checkSize(const std::string& place, const char* what, double value, double low, double high) {
    if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9))
      report(place, fmt::format("{} = {} is outside {} .. {}", what, support::formatSi(value, "m", 4),
                                support::formatSi(low, "m", 4), support::formatSi(high, "m", 4)));
  }

  void checkElement(const std::string& place, const Mosfet& e, const Environment& env) {
    const auto w = resolve(place, e.w, env), l = resolve(place, e.l, env);
    const auto model = circuit_.devices.find(e.flavour);
    if (model == circuit_.devices.end())
      return report(place, fmt::format("there is no device flavour '{}'", e.flavour));
    if (w) checkSize(place, "w", *w, model->second.w_min, model->second.w_max);
    if (l) checkSize(place, "l", *l, model->second.l_min, model->second.l_max);
    if (e.m < 1) report(place, "m is less than 1");
  }

  void checkElement(const std::string& place, const Instance& e, const Environment& env) {
    const Subcircuit* sub = circuit_.find(e.subcircuit);
    if (!sub) return report(place, fmt::format("there is no subcircuit '{}'", e.subcircuit));
    if (!known_.contains(e.subcircuit))
      return report(place,
                    fmt::format("subcircuit '{}' is not defined before its use (or calls itself)", e.subcircuit));
    if (sub->ports.size() != e.nodes.size())
      report(place, fmt::format("{} nodes for the {} ports of '{}'", e.nodes.size(), sub->ports.size(), sub->name));
    for (const auto& [key, value] : e.parameters) checkOverride(place, *sub, key, resolve(place, value, env));
  }

  void checkOverride(const std::string& place, const Subcircuit& sub, const std::string& key,
                     std::optional<double> value) {
    for (const auto& p : sub.parameters) {
      if (p.name != key) continue;
      const double slack = 1e-9 * std::max(std::fabs(p.min), std::fabs(p.max));
      if (value && (*value < p.min - slack || *value > p.max + slack))
        report(place, fmt::format("{} = {} is outside {} .. {} {}", key, *value, p.min, p.max, p.unit));
      return;
    }
    report(place, fmt::format("'{}' has no parameter '{}'", sub.name, key));
  }

  const Circuit& circuit_;
  std::set<std::string> known_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> faultsOf(const Circuit& circuit) {
  return Checker(circuit).run();
}

void check(const Circuit& circuit) {
  const auto findings = faultsOf(circuit);
  if (findings.empty()) return;
  std::string text = fmt::format("the circuit has {} fault{}:", findings.size(), findings.size() == 1 ? "" : "s");
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(findings.size(), kShown); ++i) text += "\n  " + findings[i];
  if (findings.size() > kShown) text += fmt::format("\n  ... and {} more", findings.size() - kShown);
  throw support::Error("NET-0012", text);
}

}  // namespace gaincell::netlist
