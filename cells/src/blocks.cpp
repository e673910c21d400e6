#include "blocks.hpp"

#include <algorithm>
#include <cmath>

namespace gaincell::cells {

PairSize pairSize(const design::Branch& branch, const std::string& name) {
  const design::Branch pair = branch.branch(name);
  return {pair.real("n.w"), pair.real("p.w"), pair.has("l") ? pair.real("l") : 0.0};
}

void Blocks::device(char polarity, const std::string& name, const std::string& d, const std::string& g,
                    const std::string& s, double w, double l, bool slow) {
  std::string flavour = pdk_.role(polarity == 'n' ? "logic_n" : "logic_p").device;
  const std::string high_threshold = polarity == 'n' ? "n_hvt" : "p_hvt";
  if (slow && pdk_.devices.contains(high_threshold)) flavour = high_threshold;
  const netlist::DeviceModel& model = pdk_.device(flavour);
  netlist::Mosfet fet;
  fet.name = name;
  fet.flavour = flavour;
  fet.d = d;
  fet.g = g;
  fet.s = s;
  fet.b = polarity == 'n' ? "0" : "vdd";
  fet.m = std::max(1, static_cast<int>(std::ceil(w / model.w_max - 1e-9)));
  fet.w = w / fet.m;
  fet.l = l > 0 ? l : model.l_min;  // one below the limit is refused by the circuit check, not raised in silence
  target_.add(fet);
}

void Blocks::nmos(const std::string& name, const std::string& d, const std::string& g, const std::string& s, double w,
                  double l, bool slow) {
  device('n', name, d, g, s, w, l, slow);
}

void Blocks::pmos(const std::string& name, const std::string& d, const std::string& g, const std::string& s, double w,
                  double l, bool slow) {
  device('p', name, d, g, s, w, l, slow);
}

void Blocks::stack(char polarity, const std::string& name, const std::string& d, const std::string& g, double w,
                   double l, int count) {
  const std::string rail = polarity == 'n' ? "0" : "vdd";
  std::string upper = d;
  for (int k = 0; k < count; ++k) {
    const std::string lower = k + 1 == count ? rail : name + "_s" + std::to_string(k);
    device(polarity, k == 0 ? name : name + "_" + std::to_string(k), upper, g, lower, w, l, false);
    upper = lower;
  }
}

void Blocks::nmosStack(const std::string& name, const std::string& d, const std::string& g, double w, double l,
                       int count) {
  stack('n', name, d, g, w, l, count);
}

void Blocks::pmosStack(const std::string& name, const std::string& d, const std::string& g, double w, double l,
                       int count) {
  stack('p', name, d, g, w, l, count);
}

void Blocks::inverter(const std::string& name, const std::string& in, const std::string& out, const PairSize& size,
                      const std::string& supply, bool slow) {
  nmos(name + "_n", out, in, "0", size.n, size.l, slow);
  pmos(name + "_p", out, in, supply, size.p, size.l, slow);
}

void Blocks::nand(const std::string& name, const std::vector<std::string>& inputs, const std::string& out,
                  const PairSize& size) {
  std::string upper = out;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string index = std::to_string(i);
    const std::string lower = i + 1 == inputs.size() ? "0" : name + "_s" + index;
    nmos(name + "_n" + index, upper, inputs[i], lower, size.n, size.l);
    pmos(name + "_p" + index, out, inputs[i], "vdd", size.p, size.l);
    upper = lower;
  }
}

void Blocks::gate(const std::string& name, const std::string& a, const std::string& b, const std::string& on,
                  const std::string& off, const PairSize& size) {
  nmos(name + "_n", a, on, b, size.n, size.l);
  pmos(name + "_p", a, off, b, size.p, size.l);
}

void Blocks::capacitor(const std::string& name, const std::string& a, const std::string& b, double farads) {
  if (farads > 0) target_.add(netlist::Capacitor{name, a, b, farads});
}

void Blocks::resistor(const std::string& name, const std::string& a, const std::string& b, double ohms) {
  target_.add(netlist::Resistor{name, a, b, ohms});
}

}  // namespace gaincell::cells
