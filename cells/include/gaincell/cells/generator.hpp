#pragma once
/// @file
/// Generators: every circuit the program can emit is one file with one function, registered by name.

#include <functional>
#include <string>
#include <vector>

#include "gaincell/netlist/circuit.hpp"
#include "gaincell/netlist/deck.hpp"
#include "gaincell/netlist/parameter.hpp"
#include "gaincell/pdk/pdk.hpp"

namespace gaincell::cells {

/// A circuit kind ("gain-cell", "array", "relu-converter", ...).
struct Generator {
  std::string kind;
  std::string description;
  /// Declared parameters with the PDK's own sizes as defaults.
  std::function<netlist::ParameterSet(const pdk::Pdk&)> parameters;
  /// Adds the subcircuit (and those it calls) to `circuit` and returns its name. @throws Error for illegal
  /// combinations.
  std::function<std::string(const pdk::Pdk&, const netlist::ParameterSet&, netlist::Circuit&)> define;
  /// A self-running testbench deck of the kind (used by `gaincell netlist KIND --testbench`).
  std::function<netlist::Deck(const pdk::Pdk&, const pdk::Conditions&, const netlist::ParameterSet&)> testbench;
};

/// The register, in documentation order; one line per generator in cells/src/registry.cpp.
const std::vector<Generator>& generators();

/// @throws Error (CEL-0001) naming the kinds there are.
const Generator& generator(const std::string& kind);

}  // namespace gaincell::cells
