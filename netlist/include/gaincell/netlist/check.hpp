#pragma once
/// @file
/// Structural checks of a circuit.

#include <string>
#include <vector>

#include "gaincell/netlist/circuit.hpp"

namespace gaincell::netlist {

/// Refuses names outside [A-Za-z_][A-Za-z0-9_]*, duplicate element or subcircuit names (case-insensitive, as in SPICE),
/// unknown subcircuits, flavours and parameters, wrong port counts, ports nothing connects to, nodes with a single
/// connection, sizes outside the device's or the parameter's range, non-finite or negative values, recursion.
/// @throws Error (NET-0012) listing every finding with its place ("gain_cell/pair_n: ...").
void check(const Circuit& circuit);

/// The findings of check(), all of them; none: the circuit is sound.
std::vector<std::string> faultsOf(const Circuit& circuit);

}  // namespace gaincell::netlist
