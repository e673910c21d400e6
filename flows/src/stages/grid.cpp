// Cell and converters over corners, temperatures and supplies: one model file with a grid and rules to interpolate.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../fit_design.hpp"
#include "fit_inputs.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/parallel.hpp"
#include "grid_points.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

/// Analyses of one point: those whose figures depend on the conditions and that a model holds.
const std::vector<std::pair<const char*, const char*>> kAnalyses = {
    {"gain-cell", "iv"},    {"gain-cell", "charge"},        {"gain-cell", "retention"},
    {"gain-cell", "write"}, {"relu-converter", "transfer"}, {"signed-converter", "transfer"}};

/// What one point leaves: its tables by file name, and the largest error of each converter in LSB.
struct Point {
  std::map<std::string, support::Table> tables;
  std::map<std::string, double> converter_error;
};

Point simulate(FlowContext& context, const pdk::Conditions& at, fit::Inputs& inputs) {
  Point point;
  for (const auto& [kind, name] : kAnalyses) {
    using Settings = std::map<std::string, std::string>;
    const bool charge = std::string(name) == "charge";
    const auto result = context.simulate(at, kind, name, charge ? Settings{{"bit_lines", "3"}} : Settings{});
    for (const auto& [table_name, table] : result.tables)
      if (inputs.add(kind, table)) point.tables[fmt::format("{}_{}_{}", kind, name, table_name)] = table;
    for (const auto& f : result.figures)
      if (f.name == "max_error_lsb") point.converter_error[kind] = f.value;
  }
  return point;
}

/// The converters' largest errors over the grid: over ss, tt, ff (what the specification limits), and over all corners.
void addConverterFigures(nlohmann::json& figures, const std::vector<pdk::Conditions>& grid,
                         const std::vector<Point>& points) {
  const auto has = [&](const char* corner) {
    return std::any_of(grid.begin(), grid.end(), [&](const pdk::Conditions& c) { return c.corner == corner; });
  };
  if (!has("ss") || !has("ff")) return;
  for (const char* kind : {"relu-converter", "signed-converter"}) {
    double even = 0, all = 0;
    for (std::size_t i = 0; i < grid.size(); ++i) {
      const double error = points[i].converter_error.at(kind);
      all = worseOf(all, error);
      if (grid[i].corner != "sf" && grid[i].corner != "fs") even = worseOf(even, error);
    }
    figures[fmt::format("{}_grid", kind)] = {
        {"max_error_lsb",
         {{"value", even}, {"unit", "LSB"}, {"description", "largest error over the grid's points in ss, tt, ff"}}},
        {"max_error_all_lsb",
         {{"value", all}, {"unit", "LSB"}, {"description", "largest error over all points of the grid"}}}};
  }
}

void run(FlowContext& context) {
  const auto grid = gridPoints(context, GridOf::OtherConditions);
  std::vector<fit::Inputs> all(grid.size() + 1);
  all[0] = flowInputs(context);
  std::vector<Point> simulated(grid.size());
  support::parallelFor(grid.size(), context.command().common.jobs, [&](std::size_t i) {
    const pdk::Conditions& c = grid[i];
    all[i + 1].conditions = {context.pdk().name, c.corner, c.temp_c, c.vdd};
    describeDesign(all[i + 1], context.pdk(), context.design());
    simulated[i] = simulate(context, c, all[i + 1]);
  });
  for (std::size_t i = 0; i < grid.size(); ++i) {
    support::Provenance p = context.provenance();
    p.corner = grid[i].corner, p.temp_c = grid[i].temp_c, p.vdd_v = grid[i].vdd;
    all[i + 1].provenance = p;
    p.date = "see summary.json";  // tables of equal content must be equal files
    for (const auto& [name, table] : simulated[i].tables)
      context.writeText(fmt::format("grid/{}_{:g}C_{:g}V/{}.csv", grid[i].corner, grid[i].temp_c, grid[i].vdd, name),
                        support::toCsv(table, {support::toJson(p).dump()}));
  }
  const fit::FitResult result = fit::fitGrid(all, fitOptions(context));
  context.current()["grid"] = gridInputs(context);
  context.writeText("model_grid.json", model::modelText(result.model));
  double worst = 0;
  for (const auto& s : result.model.grid)
    if (s.cell.extended) worst = std::max(worst, s.cell.extended->nrmse);
  context.current()["figures"]["grid"] = {
      {"points", {{"value", grid.size() + 1}, {"unit", ""}, {"description", "conditions in model_grid.json"}}},
      {"extended_nrmse_worst",
       {{"value", worst}, {"unit", ""}, {"description", "extended fit, cross-validated, worst of the grid"}}}};
  addConverterFigures(context.current()["figures"], grid, simulated);
  for (const auto& w : result.report.warnings) context.current()["warnings"].push_back("grid: " + w);
}

}  // namespace

Stage gridStage() {
  return {"grid", "corners, temperatures, supplies", {"fit"}, false, gridInputs, run};
}

}  // namespace gaincell::flows
