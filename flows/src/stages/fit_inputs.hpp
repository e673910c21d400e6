#pragma once
// What the model is fitted from.

#include <map>
#include <string>
#include <vector>

#include "gaincell/fit/fit.hpp"
#include "stage.hpp"

namespace gaincell::flows {

/// The tables and Monte-Carlo samples the earlier stages saved, at the flow's conditions.
fit::Inputs flowInputs(FlowContext& context);
/// How the flow fits, at whatever conditions.
fit::Options fitOptions(const FlowContext& context);
/// Simulates the cell's decays at the temperatures of the grid other than the flow's: what the leakage over temperature
/// is fitted from. Saves data/gain-cell_retention_<decay, leakage, transient>_<T>C.csv.
void otherTemperatures(FlowContext& context);
/// Adds the samples of the study in mc/<folder>, where it has run. @param process what a chip's devices share
void addFlowSamples(const FlowContext& context, fit::Inputs& inputs, const std::string& folder, const std::string& kind,
                    bool process);

}  // namespace gaincell::flows
