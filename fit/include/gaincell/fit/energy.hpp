#pragma once
/// @file
/// Energies of the model file from tables of single events.

#include "gaincell/fit/fit.hpp"

namespace gaincell::fit {

/// Means of the event tables, and the tables. What a token takes is counted from them by model::countToken().
/// @return nothing when no energy table is there
std::optional<model::Energy> fitEnergy(const Inputs& inputs, const Options& options);

}  // namespace gaincell::fit
