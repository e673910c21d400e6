#pragma once
/// @file
/// Generators: every circuit the program can emit is one file with one function, registered by name. A kind is a view
/// of the design: it reads branches of the one tree and has no sizes of its own.

#include <functional>
#include <string>
#include <vector>

#include "gaincell/design/design.hpp"
#include "gaincell/netlist/circuit.hpp"
#include "gaincell/netlist/deck.hpp"
#include "gaincell/pdk/pdk.hpp"

namespace gaincell::cells {

/// A circuit kind ("gain-cell", "array", "relu-converter", ...).
struct Generator {
  std::string kind;
  std::string description;
  /// Adds the subcircuit (and those it calls) to `circuit` and returns its name. @throws Error for illegal
  /// combinations.
  std::function<std::string(const pdk::Pdk&, const design::Design&, netlist::Circuit&)> define;
  /// A self-running testbench deck of the kind (used by `gaincell netlist KIND --testbench`).
  std::function<netlist::Deck(const pdk::Pdk&, const pdk::Conditions&, const design::Design&)> testbench;
};

/// Id of the refusal of a kind that a design has no circuit for: a write enable above the core's supply needs a level
/// shifter, which the write path does not have. Everything else of such a design works.
inline constexpr const char* kNoSuchCircuit = "CEL-0021";

/// The register, in documentation order; one line per generator in cells/src/registry.cpp.
const std::vector<Generator>& generators();

/// @throws Error (CEL-0001) naming the kinds there are.
const Generator& generator(const std::string& kind);

}  // namespace gaincell::cells
