#include "line_ladder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gaincell::cells {

void addLadder(netlist::Circuit& circuit, const std::string& name, const Ladder& ladder,
               const std::function<void(const std::string&, const std::string&, int)>& load) {
  const int sections = std::min(8, ladder.elements);
  std::string from = name + "_near";
  int done = 0;
  for (int s = 0; s < sections; ++s) {
    const std::string to = s + 1 == sections ? name + "_far" : fmt::format("{}_{}", name, s);
    const int upto = ladder.elements * (s + 1) / sections, here = upto - done;
    done = upto;
    circuit.add(netlist::Resistor{fmt::format("{}_{}", name, s), from, to, ladder.r * here});
    circuit.add(netlist::Capacitor{fmt::format("{}_{}", name, s), to, "0", ladder.c * here});
    load(fmt::format("{}_load_{}", name, s), to, here);
    from = to;
  }
}

void addReadGates(const pdk::Pdk& pdk, netlist::Circuit& circuit, const Ladder& ladder) {
  const pdk::Role& n = pdk.role("read_n");
  const pdk::Role& p = pdk.role("read_p");
  addLadder(circuit, "wl", ladder, [&](const std::string& name, const std::string& node, int m) {
    circuit.add(netlist::Mosfet{name, n.device, "mid", node, "mid", "0", n.w, n.l, m});
  });
  addLadder(circuit, "wlb", ladder, [&](const std::string& name, const std::string& node, int m) {
    circuit.add(netlist::Mosfet{name, p.device, "mid", node, "mid", "vdd", p.w, p.l, m});
  });
}

}  // namespace gaincell::cells
