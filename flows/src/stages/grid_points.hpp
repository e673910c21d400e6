#pragma once
/// @file
/// The corners, temperatures and supplies of a full flow (--grid-corners, --grid-temps, --grid-vdds).

#include <nlohmann/json.hpp>
#include <vector>

#include "stage.hpp"

namespace gaincell::flows {

enum class GridOf {
  AllConditions,
  OtherConditions  ///< all but the flow's own, which the other stages have characterised
};

/// By corner, temperature, supply. @throws Error (PDK-0004) for an unknown corner, (FLW-0080) for what is no number.
std::vector<pdk::Conditions> gridPoints(const FlowContext& context, GridOf which);

/// The grid as lists of corners, temps (C) and vdds (V): for the input hash of a stage and for its result.
nlohmann::json gridInputs(const FlowContext& context);

/// The larger of two errors; a NaN stays (std::max would drop it).
double worseOf(double a, double b);

}  // namespace gaincell::flows
