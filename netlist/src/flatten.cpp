#include "gaincell/netlist/flatten.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "gaincell/support/error.hpp"

namespace gaincell::netlist {

namespace {
using Environment = std::map<std::string, double>;

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Name of an element as `alter` knows it: "m.x1.mpair_n" inside instances, "mpair_n" at the top.
std::string spiceName(char letter, const std::string& instances, const std::string& name) {
  return lowered(instances.empty() ? fmt::format("{}{}", letter, name)
                                   : fmt::format("{}.{}{}{}", letter, instances, letter, name));
}

/// Visits every element that is not an instance: visit(element, environment, path, names of the instances around it).
class Walker {
 public:
  explicit Walker(const Circuit& circuit) : circuit_(circuit) {
    for (const auto& s : circuit.subcircuits) by_name_[s.name] = &s;
  }

  template <class Visit>
  void walk(const Visit& visit) const {
    walk(visit, circuit_.top, {}, "", "");
  }

 private:
  template <class Visit>
  void walk(const Visit& visit, const std::vector<Element>& elements, const Environment& env, const std::string& path,
            const std::string& spice) const {
    for (const auto& element : elements) {
      const auto* x = std::get_if<Instance>(&element);
      if (!x) {
        visit(element, env, path, spice);
        continue;
      }
      const Subcircuit* sub = by_name_.at(x->subcircuit);
      Environment inner;
      for (const auto& p : sub->parameters) inner[p.name] = p.value;
      for (const auto& [key, value] : x->parameters) inner[key] = value.in(env);
      walk(visit, sub->elements, inner, path + x->name + ".", spice + "x" + x->name + ".");
    }
  }

  const Circuit& circuit_;
  std::map<std::string, const Subcircuit*> by_name_;
};
}  // namespace

std::vector<FlatMosfet> flattenMosfets(const Circuit& circuit) {
  std::vector<FlatMosfet> out;
  Walker(circuit).walk(
      [&](const Element& element, const Environment& env, const std::string& path, const std::string& spice) {
        const auto* m = std::get_if<Mosfet>(&element);
        if (!m) return;
        const auto model = circuit.devices.find(m->flavour);
        if (model == circuit.devices.end())
          throw support::Error("NET-0014", fmt::format("there is no device flavour '{}'", m->flavour), path + m->name);
        const char letter = static_cast<char>(std::tolower(model->second.element));
        out.push_back(
            {path + m->name, spiceName(letter, spice, m->name), &model->second, m->w.in(env), m->l.in(env), m->m});
      });
  return out;
}

std::vector<FlatPassive> flattenPassives(const Circuit& circuit) {
  std::vector<FlatPassive> out;
  Walker(circuit).walk([&](const Element& element, const Environment& env, const std::string& path,
                           const std::string& spice) {
    if (const auto* r = std::get_if<Resistor>(&element))
      out.push_back({'r', path + r->name, spiceName('r', spice, r->name), r->name, path.empty(), r->ohms.in(env)});
    if (const auto* c = std::get_if<Capacitor>(&element))
      out.push_back({'c', path + c->name, spiceName('c', spice, c->name), c->name, path.empty(), c->farads.in(env)});
  });
  return out;
}

}  // namespace gaincell::netlist
