#pragma once
/// @file
/// One multiply of an array: stored voltages times word-line pulses give a charge per bit line.
///
/// Engine `whole` simulates the array as one circuit. Engine `sliced` simulates every column alone, with its word lines
/// lumped (cells/array.hpp), one deck per column and one worker per core. Columns of the real array meet in three
/// places: the word lines, their drivers and the supply. Slicing keeps the linear load of all other cells on the word
/// lines and drivers; it is valid while what it leaves out is small, that is while drivers and supply are strong.
/// runArray() checks this in the data of the run.

#include <functional>
#include <string>
#include <vector>

#include "gaincell/cells/array.hpp"
#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

enum class ArrayEngine { Sliced, Whole };

/// What the array holds and is asked.
struct ArrayOperands {
  std::vector<std::vector<double>> stored;  ///< V, [row][column]
  std::vector<double> widths;               ///< s, word-line pulse of each row at half height; 0: none
};

/// What is at the end of each bit line instead of the ideal integrator: adds its elements on the node `bit_line` (names
/// ending in
/// "_<column>" so that they stay unique in a whole array) and what it wants saved, options included.
struct ColumnBackEnd {
  std::function<void(netlist::Deck& deck, const std::string& bit_line, int column)> attach;
  netlist::Transient analysis;  ///< steps and end the back-end needs
  double input_start = 1e-9;    ///< s, when the word-line pulses begin to rise
};

struct ArrayOptions {
  ArrayEngine engine = ArrayEngine::Sliced;
  bool bypass = false;     ///< ngspice bypass=1: a quarter faster, error about 0.05 % of full scale
  double driver_r = 0;     ///< ohm, output resistance of a word-line driver
  double supply_r = 0;     ///< ohm, resistance of the array's supply
  double max_drop = 0.02;  ///< largest drop of word line and supply, relative to VDD, for which slices count as valid
  /// When slices turn out invalid: simulate arrays of up to so many cells as a whole instead; larger ones get a
  /// warning.
  int whole_up_to_cells = 1024;
  const ColumnBackEnd* back_end = nullptr;  ///< null: ideal integrator (virtual ground at VDD/2)
};

/// Whether the slices may stand for the array, from the run's own data.
struct SliceValidity {
  /// Largest (VDD - word line at the last column) / VDD at the end of a pulse of 1 LSB or more.
  double word_line_drop = 0;
  double supply_drop = 0;  ///< largest supply current of all columns together times supply_r / VDD
  bool valid = true;
  std::string statement;  ///< the condition and whether it holds, for people and reports
};

struct ArrayRun {
  ArrayEngine engine = ArrayEngine::Sliced;  ///< the engine the numbers come from
  std::vector<double> charge;                ///< C, per column; positive: into the bit line. Empty with a back-end.
  std::vector<Waveforms> waves;              ///< per column (sliced) or one for all (whole)
  double supply_energy = 0;  ///< J drawn from VDD by the cells during the run, the word-line drivers not included
  SliceValidity validity;
  std::vector<std::string> warnings;
  double cpu_s = 0;  ///< CPU seconds of the workers
  std::uint64_t iterations = 0;
};

/// Full-scale charge of a column (C): what the array's converter turns into the longest pulse of the design. Errors of
/// the engine are given relative to it.
double arrayFullScale(const design::Design& design, cells::ArrayRole role);

/// Decks of one multiply in the order of columns (sliced) or the one deck of the whole array.
/// @throws Error (ARE-0001) when shapes do not match the array's word and bit lines, or a value is not finite or out of
/// range.
std::vector<netlist::Deck> arrayDecks(const pdk::Pdk& pdk, const pdk::Conditions& conditions,
                                      const design::Design& design, cells::ArrayRole role,
                                      const ArrayOperands& operands, const ArrayOptions& options);

/// Charge (C) that entered the ideal integrator of a column during a run of one of arrayDecks().
double arrayCharge(const Waveforms& waves, int column);

/// Runs one multiply. The context brings PDK, conditions, design, simulator, variation and deck cache.
/// @throws Error (SIM-0002) when a column fails, (ARE-0001).
ArrayRun runArray(const AnalysisContext& context, cells::ArrayRole role, const ArrayOperands& operands,
                  const ArrayOptions& options);

}  // namespace gaincell::sim
