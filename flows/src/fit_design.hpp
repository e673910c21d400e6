#pragma once
/// @file
/// What a fit says of the design its tables come from.

#include <optional>

#include "gaincell/design/design.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/pdk/pdk.hpp"

namespace gaincell::flows {

/// What the numbers of a network mean in the circuits of a design.
model::Conventions conventionsOf(const pdk::Pdk& pdk, const design::Design& design);

/// Writes into the inputs which design they are of, its phases and conventions.
void describeDesign(fit::Inputs& inputs, const pdk::Pdk& pdk, const design::Design& design);

/// The same from the record that lies beside the tables, where it has one and its process is known here.
void describeRecordedDesign(fit::Inputs& inputs);

}  // namespace gaincell::flows
