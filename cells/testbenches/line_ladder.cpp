#include "line_ladder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gaincell/cells/array.hpp"

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

Ladder wordLine(const pdk::Pdk& pdk, const design::Design& design) {
  const LineWire wire = lineWire(pdk, design, "word");
  return {design.integer("array.cols"), wire.r, wire.c};
}

void addReadGates(const design::Design& design, netlist::Circuit& circuit, const Ladder& ladder) {
  const design::Branch cell = design.branch("cell");
  const pdk::Role n = deviceOf(cell.branch("read_n")), p = deviceOf(cell.branch("read_p"));
  addLadder(circuit, "wl", ladder, [&](const std::string& name, const std::string& node, int m) {
    circuit.add(netlist::Mosfet{name, n.device, "mid", node, "mid", "0", n.w, n.l, m});
  });
  addLadder(circuit, "wlb", ladder, [&](const std::string& name, const std::string& node, int m) {
    circuit.add(netlist::Mosfet{name, p.device, "mid", node, "mid", "vdd", p.w, p.l, m});
  });
}

}  // namespace gaincell::cells
