// The deck of one run as a file that plain ngspice can run. An altered device inside a subcircuit gets its value as a
// literal: the instances on the way to it call copies of their subcircuits, so instance paths, and with them all names,
// stay what they were.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "gaincell/netlist/writer.hpp"
#include "gaincell/sim/simulator.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::sim {

namespace {

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

using Changes =
    std::map<std::string, double>;  // parameter -> value; the last alter of a parameter counts, as in ngspice

/// The altered devices as a tree along the instance path.
struct Branch {
  std::map<std::string, Branch> instances;  // "xcell"
  std::map<std::string, Changes> devices;   // "mpair_n"
};

/// "m.x1.x2.mpair_n" -> {"x1", "x2"} and "mpair_n"; a device of the top level has no dots.
Branch treeOf(const std::vector<Alter>& alters) {
  Branch root;
  for (const auto& a : alters) {
    std::string rest = lowered(a.device);
    Branch* at = &root;
    if (const auto dot = rest.find('.'); dot != std::string::npos) {
      rest.erase(0, dot + 1);
      for (auto next = rest.find('.'); next != std::string::npos; next = rest.find('.')) {
        at = &at->instances[rest.substr(0, next)];
        rest.erase(0, next + 1);
      }
    }
    at->devices[rest][lowered(a.parameter)] = a.value;
  }
  return root;
}

class Specializer {
 public:
  explicit Specializer(netlist::Circuit& circuit) : circuit_(circuit) {}

  void apply(std::vector<netlist::Element>& elements, const Branch& branch, const std::string& path) {
    std::map<std::string, netlist::Element*> by_name;
    for (auto& e : elements) by_name[spiceName(e)] = &e;
    for (const auto& [name, changes] : branch.devices) {
      netlist::Element& element = find(by_name, name, path);
      std::visit([&, &how = changes, where = path + name](auto& e) { change(e, how, where); }, element);
    }
    for (const auto& [name, inner] : branch.instances) {
      auto* instance = std::get_if<netlist::Instance>(&find(by_name, name, path));
      const netlist::Subcircuit* original = instance ? circuit_.find(instance->subcircuit) : nullptr;
      if (!original) noSuchDevice(path + name);
      netlist::Subcircuit copy = *original;
      copy.name = fmt::format("{}__{}", original->name, ++copies_);
      instance->subcircuit = copy.name;
      apply(copy.elements, inner, path + name + ".");
      circuit_.subcircuits.push_back(std::move(copy));  // after those it calls
    }
  }

 private:
  [[noreturn]] static void noSuchDevice(const std::string& where) {
    throw support::Error("SIM-0007", "the circuit has no such device to alter", where,
                         "alters name devices as ngspice does: 'm.xcell.mpair_n' inside instances, 'rload' at the top");
  }
  [[noreturn]] static void cannotChange(const std::string& where, const std::string& parameter) {
    throw support::Error("SIM-0008", fmt::format("parameter '{}' of this device cannot be altered", parameter), where);
  }

  static std::string spiceName(const netlist::Element& element) {
    struct Letter {
      char operator()(const netlist::Resistor&) const { return 'r'; }
      char operator()(const netlist::Capacitor&) const { return 'c'; }
      char operator()(const netlist::VoltageSource&) const { return 'v'; }
      char operator()(const netlist::CurrentSource&) const { return 'i'; }
      char operator()(const netlist::VoltageControlledVoltage&) const { return 'e'; }
      char operator()(const netlist::VoltageControlledCurrent&) const { return 'g'; }
      char operator()(const netlist::BehavioralSource&) const { return 'b'; }
      char operator()(const netlist::Mosfet&) const { return 'm'; }
      char operator()(const netlist::Instance&) const { return 'x'; }
    };
    return lowered(std::visit(Letter{}, element) + netlist::nameOf(element));
  }

  static netlist::Element& find(std::map<std::string, netlist::Element*>& by_name, const std::string& name,
                                const std::string& path) {
    const auto it = by_name.find(name);
    if (it == by_name.end()) noSuchDevice(path + name);
    return *it->second;
  }

  /// Only one parameter exists: its value.
  static double only(const Changes& changes, const char* parameter, const std::string& where) {
    for (const auto& [name, value] : changes)
      if (name != parameter) cannotChange(where, name);
    return changes.begin()->second;
  }

  static void change(netlist::Resistor& e, const Changes& c, const std::string& where) {
    e.ohms = only(c, "resistance", where);
  }
  static void change(netlist::Capacitor& e, const Changes& c, const std::string& where) {
    e.farads = only(c, "capacitance", where);
  }
  static void change(netlist::VoltageControlledVoltage& e, const Changes& c, const std::string& where) {
    e.gain = only(c, "gain", where);
  }
  static void change(netlist::VoltageControlledCurrent& e, const Changes& c, const std::string& where) {
    e.gain = only(c, "gain", where);
  }
  template <class Source>
  requires std::is_same_v<Source, netlist::VoltageSource> || std::is_same_v<Source, netlist::CurrentSource>
  static void change(Source& e, const Changes& c, const std::string& where) {
    if (!std::holds_alternative<netlist::Dc>(e.stimulus))
      cannotChange(where, "dc");  // ngspice would ignore it in a transient
    e.stimulus = netlist::Dc{only(c, "dc", where)};
  }
  static void change(netlist::BehavioralSource&, const Changes& c, const std::string& where) {
    cannotChange(where, c.begin()->first);
  }
  static void change(netlist::Instance&, const Changes&, const std::string& where) { noSuchDevice(where); }
  void change(netlist::Mosfet& e, const Changes& changes, const std::string& where) {
    netlist::DeviceModel model = circuit_.devices.at(e.flavour);
    if (model.element != 'M') noSuchDevice(where);
    for (const auto& [name, value] : changes) {
      if (name == model.w_name || name == model.l_name) cannotChange(where, name);
      model.instance_options +=
          fmt::format("{}{}={}", model.instance_options.empty() ? "" : " ", name, support::formatNumber(value));
    }
    e.flavour = fmt::format("{}__{}", e.flavour, ++copies_);
    circuit_.devices[e.flavour] = std::move(model);
  }

  netlist::Circuit& circuit_;
  int copies_ = 0;
};

}  // namespace

std::string standaloneDeck(const Job& job) {
  netlist::Deck deck = *job.deck;
  if (!job.alters.empty()) Specializer(deck.circuit).apply(deck.circuit.top, treeOf(job.alters), "");
  std::string text = netlist::toText(deck);
  std::string settings;
  for (const auto& s : deck.simulator_settings) settings += fmt::format(" -D {}", s);
  // The first line is the title; the advice comes after it.
  text.insert(
      text.find('\n') + 1,
      fmt::format("* run: ngspice{} -b -r result.raw THIS_FILE   (the saved vectors are in result.raw)\n", settings));
  return text;
}

}  // namespace gaincell::sim
