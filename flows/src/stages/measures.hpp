#pragma once
/// @file
/// The measures of a flow: what each means, and which figure of which stage answers it. The limits are the design's.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/spec/spec.hpp"
#include "stage.hpp"

namespace gaincell::flows {

/// Conditions a measure speaks of.
enum class Where {
  Run,        ///< those of the flow, nominal: typical corner, the process's temperature and supply
  AroundRun,  ///< corners, temperatures and supplies around them
};

/// One figure of a stage's result.
struct Measure {
  std::string measure;
  std::string stage, group, figure;
  std::string unit;             ///< of the figure
  std::string description;      ///< for people
  std::optional<double> paper;  ///< the published figure
  Where where = Where::Run;
  bool magnitude = false;  ///< the measure is the absolute value
};

/// The register of measures.
const std::vector<Measure>& measures();

/// The figure object {value, unit, description} of a stage, or null when the stage did not leave it.
nlohmann::json findFigure(const nlohmann::json& results, const std::string& stage, const std::string& group,
                          const std::string& figure);

/// All measures that the results hold; a figure that a stage could not measure is NaN.
std::vector<spec::Measurement> measurementsOf(const nlohmann::json& results);

/// What a run was simulated under, as verdicts need it.
struct JudgedRun {
  const design::Design& design;
  const pdk::Pdk& pdk;
  pdk::Conditions conditions;
  const nlohmann::json& results;  ///< by stage
};

/// The limits of the design, judged. Those whose stage has not run, or that speak of other conditions than were
/// simulated, are not judged, with the reason. @throws Error (SPC-0001) for a limit on a measure there is not
std::vector<spec::Verdict> judge(const JudgedRun& run);
/// Refuses limits of the design that no stage measures, before anything is simulated. @throws Error (SPC-0001)
void checkLimits(const design::Design& design);

}  // namespace gaincell::flows
