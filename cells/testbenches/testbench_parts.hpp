#pragma once
/// @file
/// Sources shared by the testbenches of converter, column and tile.

#include <optional>
#include <string>
#include <vector>

#include "../src/converter_parts.hpp"

namespace gaincell::cells {

/// A row of equal converters in a testbench.
struct ConverterSite {
  ConverterKind kind;
  const design::Design& design;
  std::string tag;  ///< appended to node and source names: "", "1", "2"
  int columns = 1;
  int operations = 1;
  double start = 0;                  ///< s, of the first operation
  double period = 0;                 ///< s, between operations; 0: the converter's own
  double level_low = 0;              ///< V, end levels of the stored voltages, for the replica bias
  std::optional<double> level_high;  ///< V; the supply when not given
};

/// Supply "dd<tag>", bias supply "bias<tag>", supply "share<tag>" of what all converters share, reset rail "mid<tag>",
/// reference currents and clocks "ck<tag>_<port>"; saves their currents.
void addConverterSources(netlist::Deck& deck, const pdk::Pdk& pdk, const ConverterSite& site, double vdd);
/// Node of a converter's port in the testbench; bl, out, outb and sgn are the caller's.
std::string converterNode(const ConverterSite& site, const std::string& port, int column);

/// Tolerances of every transient with a converter in it. Comparator decisions are sensitive: with reltol 1e-3 widths
/// read 0.02 LSB low (measured); gear damps the ringing of the trapezoidal rule at the switch edges.
void setConverterTransient(netlist::Deck& deck, double stop);

/// The same for a column, where nearly all time goes into the transistors of cells: devices whose voltages rest are not
/// evaluated again (bypass), and the step grows to 0.15 ns where the truncation error lets it. The signed converter,
/// whose LSB is half the charge, needs tighter reltol and vntol with that. Widths stay within 0.02 LSB of the tight
/// setting (tested).
void setColumnTransient(netlist::Deck& deck, ConverterKind kind, double stop);

/// A pulse per operation: high from `start` of each for the given width (s), 0 for none; `complement` inverts.
netlist::Pwl pulseSequence(const std::vector<double>& starts, const std::vector<double>& widths, double edge,
                           double vdd, bool complement);

}  // namespace gaincell::cells
