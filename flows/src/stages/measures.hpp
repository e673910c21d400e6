#pragma once
/// @file
/// Which figure of which stage answers which measure of the specification.

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "gaincell/spec/spec.hpp"
#include "stage.hpp"

namespace gaincell::flows {

/// One figure of a stage's result. `factor` turns the figure's unit into the measure's.
struct Measure {
  std::string measure;
  std::string stage, group, figure;
  double factor = 1;
  bool magnitude = false;  ///< the measure is the absolute value
};

/// The register of measures.
const std::vector<Measure>& measures();

/// The figure object {value, unit, description} of a stage, or null when the stage did not leave it.
nlohmann::json findFigure(const nlohmann::json& results, const Measure& measure);

/// All measures that the results hold; a figure that a stage could not measure is NaN.
std::vector<spec::Measurement> measurementsOf(const nlohmann::json& results, const std::string& corner);

/// The specification of --spec, else (or by the name `default`) the built-in one. @throws Error (SPC-0001..)
spec::Specification specificationOf(const CommandContext& context);

/// Scopes of the specification that these stages cover.
std::set<std::string> scopesOf(const nlohmann::json& results);

}  // namespace gaincell::flows
