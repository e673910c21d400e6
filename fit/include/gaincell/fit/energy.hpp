#pragma once
/// @file
/// Energies of the model file from tables of single events.

#include "gaincell/fit/fit.hpp"

namespace gaincell::fit {

/// Means of the event tables; array and token energies by counting events: an array multiply is rows x rows reads and
/// one converter operation per column; a token and head is 16 sub-tiles of both arrays, 2 x 64 cell writes, and the
/// published 4 nJ of digital control and 330 pJ of DACs (not simulated here; said in the notes of the model).
/// @return nothing when no energy table is there
std::optional<model::Energy> fitEnergy(const Inputs& inputs, const Options& options);

}  // namespace gaincell::fit
