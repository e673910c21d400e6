#pragma once
/// @file
/// Operands of the `mac` analyses, given or of the seed's random tile: for whoever computes the same multiply another
/// way.

#include <vector>

#include "gaincell/cells/column.hpp"
#include "gaincell/sim/array_engine.hpp"

namespace gaincell::sim {

/// Operands of `mac` of an array by its data, the seed and the setting zeros.
ArrayOperands arrayOperands(const AnalysisContext& context, cells::ArrayRole role);

/// One column of `mac` of a column. Operation 0 only leaves its trace and is not measured.
struct ColumnOperands {
  std::vector<int> levels;  ///< stored levels of the design, counted from 0
  cells::ColumnStimulus stimulus;
};
/// All columns by their data, the seed and the settings columns, operations and zero_fraction.
std::vector<ColumnOperands> columnOperands(const AnalysisContext& context, cells::ConverterKind kind);

/// Width (s) of operation k of a simulated column, negative for the negative sign.
double columnWidth(const Waveforms& waves, cells::ConverterKind kind, const cells::ConverterTiming& timing, double vdd,
                   int operation);

/// Energy of operation k of a simulated column by where it comes from, J.
struct ColumnEnergy {
  double cells = 0, converter = 0, clocks = 0, lines = 0;
  double total() const noexcept { return cells + converter + clocks + lines; }
};
/// @param share of what all converters of an array have in common: 1 / their number
ColumnEnergy columnEnergy(const Waveforms& waves, const cells::ConverterTiming& timing, double share, double vdd,
                          int operation);

}  // namespace gaincell::sim
