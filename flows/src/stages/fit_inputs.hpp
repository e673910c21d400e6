#pragma once
// What the model of the reference cell is fitted from.

#include "gaincell/fit/fit.hpp"
#include "stage.hpp"

namespace gaincell::flows {

/// The tables and Monte-Carlo samples the earlier stages saved, at the flow's conditions.
fit::Inputs flowInputs(FlowContext& context);

}  // namespace gaincell::flows
