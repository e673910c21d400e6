#pragma once
/// @file
/// Operands given by the user instead of random ones. Private to sim/measure.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

/// The table `name` of AnalysisContext::data as level numbers 0 .. levels-1, [row][column]; nothing when it was not
/// given. @param cols 0: any number of columns.
/// @throws Error (MEA-0010) for a wrong shape or a value that is no level.
std::optional<std::vector<std::vector<int>>> givenLevels(const AnalysisContext& context, const std::string& name,
                                                         int rows, int cols, int levels);

}  // namespace gaincell::sim
