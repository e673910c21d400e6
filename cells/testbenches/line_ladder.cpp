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

}  // namespace gaincell::cells
