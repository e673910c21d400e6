#pragma once
/// @file
/// The analyses there are: one declaration per analysis, defined in a file of its own.

#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {}  // namespace gaincell::sim
