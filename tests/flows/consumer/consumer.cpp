// Uses the installed libraries as another project would.
#include <gaincell/cells/generator.hpp>
#include <gaincell/netlist/check.hpp>
#include <gaincell/netlist/circuit.hpp>

int main() {
  gaincell::netlist::Circuit circuit;
  circuit.add(gaincell::netlist::Resistor{"a", "x", "0", 1e3});
  circuit.add(gaincell::netlist::Capacitor{"b", "x", "0", 1e-15});
  gaincell::netlist::check(circuit);
  return gaincell::cells::generators().empty() ? 1 : 0;
}
