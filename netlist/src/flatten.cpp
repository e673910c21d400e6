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

struct Walker {
  const Circuit& circuit;
  std::map<std::string, const Subcircuit*> by_name;
  std::vector<FlatMosfet> out;
  std::vector<FlatCapacitor> capacitors;

  void walk(const std::vector<Element>& elements, const Environment& env, const std::string& path,
            const std::string& spice) {
    for (const auto& element : elements) {
      if (const auto* m = std::get_if<Mosfet>(&element)) {
        const auto model = circuit.devices.find(m->flavour);
        if (model == circuit.devices.end())
          throw support::Error("NET-0014", fmt::format("there is no device flavour '{}'", m->flavour), path + m->name);
        const char letter = static_cast<char>(std::tolower(model->second.element));
        const std::string spice_name = spice.empty() ? fmt::format("{}{}", letter, m->name)
                                                     : fmt::format("{}.{}{}{}", letter, spice, letter, m->name);
        out.push_back({path + m->name, lowered(spice_name), &model->second, m->w.in(env), m->l.in(env), m->m});
      } else if (const auto* c = std::get_if<Capacitor>(&element)) {
        capacitors.push_back({path + c->name, c->farads.in(env)});
      } else if (const auto* x = std::get_if<Instance>(&element)) {
        const Subcircuit* sub = by_name.at(x->subcircuit);
        Environment inner;
        for (const auto& p : sub->parameters) inner[p.name] = p.value;
        for (const auto& [key, value] : x->parameters) inner[key] = value.in(env);
        walk(sub->elements, inner, path + x->name + ".", spice + "x" + x->name + ".");
      }
    }
  }
};

Walker walked(const Circuit& circuit) {
  Walker walker{circuit, {}, {}, {}};
  for (const auto& s : circuit.subcircuits) walker.by_name[s.name] = &s;
  walker.walk(circuit.top, {}, "", "");
  return walker;
}
}  // namespace

std::vector<FlatMosfet> flattenMosfets(const Circuit& circuit) {
  return walked(circuit).out;
}

std::vector<FlatCapacitor> flattenCapacitors(const Circuit& circuit) {
  return walked(circuit).capacitors;
}

}  // namespace gaincell::netlist
