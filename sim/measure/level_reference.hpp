#pragma once
/// @file
/// End levels of the write DAC as a replica makes them. Private to sim/measure.

#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

/// Lowest and highest stored level, V.
struct EndLevels {
  double low = 0, high = 0;
};

/// What the circuit "level-reference" of the design settles to under the context's conditions.
EndLevels replicaLevels(const AnalysisContext& context);

}  // namespace gaincell::sim
