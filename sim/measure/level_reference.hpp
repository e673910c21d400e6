#pragma once
/// @file
/// End levels of the write DAC as a replica makes them. Private to sim/measure.

#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

/// Lowest and highest stored level, V.
struct EndLevels {
  double low = 0, high = 0;
};

/// What the circuit "level-reference" settles to under the context's conditions, for the cell of the context's circuit
/// (its parameters `cell_...`).
EndLevels replicaLevels(const AnalysisContext& context);

}  // namespace gaincell::sim
