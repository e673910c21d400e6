// Writing: settling and what stays after the write gate has closed, for every pair of previous and new level. One walk
// through all ordered pairs operates one cell, so that a Monte-Carlo sample is one cell.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cell_measure.hpp"
#include "gaincell/design/conventions.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;

netlist::ParameterSet settings(const pdk::Pdk&) {
  return netlist::ParameterSet({
      Parameter::integer("levels", 8, 2, 32, "stored levels from 0 to VDD; all ordered pairs are written"),
      Parameter::real("write_width", "s", 20e-9, 2e-10, 1e-6, "write-enable pulse"),
      Parameter::real("discharge_width", "s", 0, 0, 1e-6,
                      "time with the write bit line at 0 V before the level, 0: none"),
      toleranceSetting(),
  });
}

/// Storage voltage during the longest step to each level: from 0 V, and from VDD for the lower half.
support::Table waveTable(const Waveforms& waves, const cells::CellSequence& sequence, const std::vector<int>& walk,
                         const std::vector<double>& levels) {
  constexpr double kBefore = 0.5e-9, kAfter = 8e-9, kStep = 50e-12;  // what a plot of the settling shows
  support::Table table;
  table.columns = {"v_target_V", "t_s", "v_storage_V"};
  const int top = static_cast<int>(levels.size()) - 1;
  for (std::size_t k = 1; k < walk.size(); ++k) {
    if (walk[k - 1] != (2 * walk[k] > top ? 0 : top)) continue;
    const double start = sequence.steps[k].write_on;
    for (double t = -kBefore; t <= std::min(kAfter, sequence.steps[k].write_off - start); t += kStep)
      table.addRow({levels[static_cast<std::size_t>(walk[k])], t, waves.at("v(xcell.sn)", start + t)});
  }
  return table;
}

AnalysisResult run(const AnalysisContext& context) {
  const auto& s = context.settings;
  const double vdd = context.conditions.vdd;
  const auto levels = storedLevels(s.integer("levels"), vdd);
  const double half_level = 0.5 * vdd / static_cast<double>(levels.size() - 1);
  const double edge = design::edgeTime(context.design);
  constexpr double kTight = 0.005;  // of VDD
  const auto walk = pairWalk(s.integer("levels"));
  std::vector<cells::CellStep> steps;
  steps.reserve(walk.size());
  for (const int level : walk)
    steps.push_back({levels[static_cast<std::size_t>(level)], s.real("write_width"), 0, s.real("discharge_width")});
  const auto sequence = cells::gainCellSequence(context.pdk, context.conditions, context.design, steps);
  const Outcome outcome = runSequence(context, sequence, "gain-cell-write", s.real("tolerance"));
  const Waveforms& waves = outcome.waves;

  support::Table table;
  table.columns = {"v_previous_V", "v_target_V", "v_settled_V", "v_stored_V", "settle_s", "settle_half_percent_s"};
  double settle = 0, tight = 0, error = 0, step_low = 0, step_high = 0;
  std::vector<double> by_level(levels.size(), 0.0);
  for (std::size_t k = 1; k < walk.size(); ++k) {
    const auto& t = sequence.steps[k];
    const auto to = static_cast<std::size_t>(walk[k]);
    const double target = levels[to];
    const double closing = t.write_off - edge;  // the last instant of the open write gate
    const double settled = waves.at("v(xcell.sn)", closing);
    const double stored = waves.at("v(xcell.sn)", t.end);
    const double coarse = settlingTime(waves, "v(xcell.sn)", target, half_level, t.write_on, closing);
    const double fine = settlingTime(waves, "v(xcell.sn)", target, kTight * vdd, t.write_on, closing);
    table.addRow({levels[static_cast<std::size_t>(walk[k - 1])], target, settled, stored, coarse, fine});
    // A write that does not settle makes the figure NaN, which no limit accepts.
    by_level[to] = std::isnan(coarse) ? coarse : std::max(by_level[to], coarse);
    settle = std::isnan(coarse) || std::isnan(settle) ? std::nan("") : std::max(settle, coarse);
    tight = std::isnan(fine) || std::isnan(tight) ? std::nan("") : std::max(tight, fine);
    error = std::max(error, std::fabs(stored - target));
    step_low = std::min(step_low, stored - settled);
    step_high = std::max(step_high, stored - settled);
  }
  AnalysisResult result;
  result.figures = {
      {"write_settle", settle, "s", "slowest write to within half a level, all previous levels"},
      {"write_settle_half_percent", tight, "s", "slowest write to within 0.5 % of VDD"},
      {"write_error_max", error, "V", "largest difference between stored and written level"},
      {"write_step_min", step_low, "V", "most negative step when the write gate closes"},
      {"write_step_max", step_high, "V", "most positive step when the write gate closes"},
  };
  for (std::size_t k = 0; k < by_level.size(); ++k)
    result.figures.push_back({fmt::format("write_settle_{}", k), by_level[k], "s",
                              fmt::format("slowest write of {:.4g} V to within half a level", levels[k])});
  if (std::isnan(tight))
    result.warnings.push_back(
        "some writes do not settle to 0.5 % within the write pulse: settle_half_percent_s is empty");
  result.tables["write"] = std::move(table);
  if (!context.variation) result.tables["waves"] = waveTable(waves, sequence, walk, levels);
  return result;
}

}  // namespace

Analysis gainCellWrite() {
  return {"gain-cell", "write", "settling and error of a write by level and previous level", settings, run};
}

}  // namespace gaincell::sim
