#pragma once
// Runs side by side: what differs between them, their figures aligned by stage, group and name, their limits and
// margins.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "run.hpp"

namespace gaincell::flows::comparison {

/// Something that is not the same in all runs; values in the order of the runs.
struct Difference {
  std::string what;  ///< "corner", or the path of a leaf of the design
  std::vector<std::string> values;
  bool leaf = false;
};

struct FigureRow {
  std::string stage, group, name, description, unit;
  std::vector<std::optional<double>> values;
  std::vector<std::optional<double>> changes;  ///< value over the first run's, less 1; none where either is missing
};

struct LimitRow {
  std::string measure, description, unit;
  std::vector<std::optional<RunLimit>> runs;
};

struct Comparison {
  std::vector<Run> runs;
  std::vector<Difference> differences;
  std::vector<std::string> notes;  ///< what a reader must know before trusting the columns
  std::vector<FigureRow> figures;
  std::vector<LimitRow> limits;
};

Comparison compareRuns(std::vector<Run> runs);

/// Keeps the figures that change by more than `share` in some run, or that some run lacks.
void keepChanges(Comparison& comparison, double share);

/// What is left of a limit, as a share of it: 0 on the limit, negative beyond. A range is used up from its middle, so
/// that 1 is the most; above a lower limit there may be more. None without a value, and for limits of zero: they have
/// no scale.
std::optional<double> marginOf(const RunLimit& limit);

nlohmann::json toJson(const Comparison& comparison);

}  // namespace gaincell::flows::comparison
