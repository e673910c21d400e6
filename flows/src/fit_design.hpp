#pragma once
/// @file
/// What a fit says of the design its tables come from.

#include <optional>

#include "gaincell/design/design.hpp"
#include "gaincell/fit/fit.hpp"

namespace gaincell::flows {

/// Writes into the inputs which design they are of, and its phases.
void describeDesign(fit::Inputs& inputs, const design::Design& design);

/// The same from the record that lies beside the tables, where it has one and its process is known here.
void describeRecordedDesign(fit::Inputs& inputs);

}  // namespace gaincell::flows
