#pragma once
/// @file
/// Random operands of the `mac` analyses, drawn from the analysis' settings: for whoever computes the same multiply
/// another way.

#include <cstdint>
#include <vector>

#include "gaincell/cells/column.hpp"
#include "gaincell/sim/array_engine.hpp"

namespace gaincell::sim {

/// Operands of `mac` of an array by the settings draw and zeros.
ArrayOperands drawnOperands(const AnalysisContext& context, cells::ArrayRole role);

/// Operations of column `column` of `mac` of a column by the settings operations, zero_fraction and seed. Operation 0
/// only leaves its trace and is not measured. @param levels the stored levels of the design, counted from 0
cells::ColumnStimulus drawnStimulus(const AnalysisContext& context, cells::ConverterKind kind, std::uint64_t column,
                                    std::vector<int>& levels);

/// Width (s) of operation k of a simulated column, negative for the negative sign.
double columnWidth(const Waveforms& waves, cells::ConverterKind kind, const cells::ConverterTiming& timing, double vdd,
                   int operation);

}  // namespace gaincell::sim
