#pragma once
/// @file
/// Operands given by the user instead of random ones, whatever their form (DataForm). Private to sim/measure.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

/// Level numbers, [row][column].
using LevelTable = std::vector<std::vector<int>>;

/// The table `name` of AnalysisContext::data as levels of the stored voltage; nothing when it was not given. @param
/// cols 0: any number of columns. @throws Error (MEA-0010) for a wrong shape or a number that is no level, with its
/// place
std::optional<LevelTable> givenStored(const AnalysisContext& context, const std::string& name, int rows, int cols);
/// The same as pulses in LSB.
std::optional<LevelTable> givenPulses(const AnalysisContext& context, const std::string& name, int rows, int cols);

}  // namespace gaincell::sim
