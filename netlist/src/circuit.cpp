#include "gaincell/netlist/circuit.hpp"

#include <fmt/format.h>

#include <cmath>

#include "gaincell/support/error.hpp"

namespace gaincell::netlist {

using support::Error;

Value Value::of(std::string parameter, double factor) {
  Value v(factor);
  v.parameter = std::move(parameter);
  return v;
}

double Value::in(const std::map<std::string, double>& environment) const {
  if (parameter.empty()) return number;
  const auto it = environment.find(parameter);
  if (it == environment.end()) throw Error("NET-0010", fmt::format("there is no parameter '{}' here", parameter));
  return number * it->second;
}

Pwl pulseTrain(double low, double high, bool start_high, const std::vector<double>& edge_times, double edge) {
  constexpr double kGrid = 1e15;  // 1/s
  Pwl pwl;
  bool level = start_high;
  pwl.points.emplace_back(0.0, level ? high : low);
  for (double time : edge_times) {
    const double from = pwl.points.back().first, t = std::round(time * kGrid) / kGrid;
    const double begin = t > from ? t : from + 1 / kGrid;
    pwl.points.emplace_back(begin, level ? high : low);
    level = !level;
    pwl.points.emplace_back(begin + edge, level ? high : low);
  }
  return pwl;
}

const std::string& nameOf(const Element& element) {
  return std::visit([](const auto& e) -> const std::string& { return e.name; }, element);
}

std::vector<std::string> nodesOf(const Element& element) {
  struct Visitor {
    std::vector<std::string> operator()(const Resistor& e) const { return {e.a, e.b}; }
    std::vector<std::string> operator()(const Capacitor& e) const { return {e.a, e.b}; }
    std::vector<std::string> operator()(const VoltageSource& e) const { return {e.plus, e.minus}; }
    std::vector<std::string> operator()(const CurrentSource& e) const { return {e.plus, e.minus}; }
    std::vector<std::string> operator()(const VoltageControlledVoltage& e) const {
      return {e.plus, e.minus, e.control_plus, e.control_minus};
    }
    std::vector<std::string> operator()(const VoltageControlledCurrent& e) const {
      return {e.plus, e.minus, e.control_plus, e.control_minus};
    }
    std::vector<std::string> operator()(const BehavioralSource& e) const { return {e.plus, e.minus}; }
    std::vector<std::string> operator()(const Mosfet& e) const { return {e.d, e.g, e.s, e.b}; }
    std::vector<std::string> operator()(const Instance& e) const { return e.nodes; }
  };
  return std::visit(Visitor{}, element);
}

void Circuit::define(const Subcircuit& subcircuit) {
  if (const Subcircuit* known = find(subcircuit.name)) {
    const bool same = known->ports == subcircuit.ports && known->elements == subcircuit.elements &&
                      known->parameters == subcircuit.parameters;
    if (!same)
      throw Error("NET-0011", fmt::format("subcircuit '{}' is defined twice with different content", subcircuit.name),
                  "", "give the variants different names");
    return;
  }
  subcircuits.push_back(subcircuit);
}

const Subcircuit* Circuit::find(const std::string& name) const {
  for (const auto& s : subcircuits)
    if (s.name == name) return &s;
  return nullptr;
}

}  // namespace gaincell::netlist
