#pragma once
/// @file
/// Sources shared by the testbenches of converter, column and tile.

#include <string>
#include <vector>

#include "../src/converter_parts.hpp"

namespace gaincell::cells {

/// Supply "dd", bias "bias", reset rail "mid", reference current and the clocks of `operations` operations; saves their
/// currents.
void addConverterSources(netlist::Deck& deck, const pdk::Pdk& pdk, ConverterKind kind, const netlist::ParameterSet& set,
                         double vdd, int operations);

/// Tolerances of every transient with a converter in it. Comparator decisions are sensitive: with reltol 1e-3 widths
/// read 0.02 LSB low (measured); gear damps the ringing of the trapezoidal rule at the switch edges.
void setConverterTransient(netlist::Deck& deck, double stop);

/// A pulse per operation: high from `start` of each for the given width (s), 0 for none; `complement` inverts.
netlist::Pwl pulseSequence(const std::vector<double>& starts, const std::vector<double>& widths, double edge,
                           double vdd, bool complement);

}  // namespace gaincell::cells
