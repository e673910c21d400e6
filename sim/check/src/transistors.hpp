#pragma once
/// @file
/// The transistor side of the check: charges and pulses of one tile's bit lines, each with its cells and wire.

#include <string>
#include <vector>

#include "devices.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/check/check.hpp"

namespace gaincell::check {

/// Charge (C) of every bit line of array 1 into an ideal integrator, by the array engine: [operation][column].
struct ChargeRuns {
  Grid charge;
  double cpu_s = 0;
  std::vector<std::string> warnings;
};
ChargeRuns runCharges(const sim::AnalysisContext& context, const Grid& stored, const Grid& widths);

/// The columns of one array with their converters.
struct ColumnRuns {
  Grid width;   ///< s, [operation][column]; signed where the converter has a sign
  Grid energy;  ///< J, of cells, converter, clocks and word lines; only of cells and converter in one deck
  double cpu_s = 0;
};

/// An array whose bit lines end in converters.
struct ConvertedArray {
  cells::ConverterKind kind = cells::ConverterKind::Relu;  ///< Relu: array 1, keys; Signed: array 2, values
  const design::Design& design;                            ///< with the tile's rows and columns
  const DrawnChip* chip = nullptr;                         ///< null: nominal devices
  std::string title;
  int shared_by = 0;  ///< converters that have bias block and window line in common; 0: those of `design`

  int number() const noexcept { return kind == cells::ConverterKind::Relu ? 1 : 2; }
};

/// Every bit line is one run, cells and converter together: the `stored` voltages [row][column] (V), the pulses of
/// `widths` [operation][row] (s). The first operation is played twice and the first play thrown away: what an operation
/// leaves behind is part of the next.
ColumnRuns runColumns(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ConvertedArray& array,
                      const Grid& stored, const Grid& widths, sim::Simulator& simulator);

/// The same in two steps, for a third of the time, with passive converters: the read gates close before a converter
/// begins, so the array engine first lets the cells of each bit line charge the converter's capacitor, and the
/// converter then gets that charge. What is left out: the load of the comparator's input while the line moves, and the
/// cells' leakage while the converter works.
ColumnRuns runColumnsSplit(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ConvertedArray& array,
                           const Grid& stored, const Grid& widths, sim::Simulator& simulator);

/// Static I(V) of the nominal cell alone: V stored, A into the bit line.
struct StaticCurrent {
  std::vector<double> v, i;
};
StaticCurrent staticCurrent(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                            int points, sim::Simulator& simulator);

/// A pulse as a word line can play it: shorter ones than two edges vanish.
double playable(const design::Design& design, double width);

/// What slots held before the write, values of levels: each a function of the seed and its place.
Grid previousValues(const design::Design& design, const char* what, std::uint64_t seed, const Grid& wanted);
/// V that a simulated write of the cell leaves for values over previous ones. @throws Error (CHK-0006) for a value that
/// is no level
Grid writtenVoltages(const sim::AnalysisContext& context, const Grid& previous, const Grid& wanted);

}  // namespace gaincell::check
