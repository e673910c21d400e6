#pragma once
// What the model of the reference cell is fitted from.

#include "gaincell/fit/fit.hpp"
#include "stage.hpp"

namespace gaincell::flows {

/// The tables and Monte-Carlo samples the earlier stages saved, at the flow's conditions.
fit::Inputs flowInputs(FlowContext& context);
/// Adds the samples of the study in mc/<folder>, where it has run. @param process what a chip's devices share
void addFlowSamples(const FlowContext& context, fit::Inputs& inputs, const std::string& folder, const std::string& kind,
                    bool process);

}  // namespace gaincell::flows
