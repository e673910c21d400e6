// The chain of a small tile over corners, temperatures and supplies, with the bias and the stored levels that follow
// the cells: does the nominal model still tell what comes out?

#include <fmt/format.h>

#include "gaincell/support/parallel.hpp"
#include "grid_points.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

constexpr const char* kTileSize = "4";  // what one deck simulates in seconds

nlohmann::json inputs(const FlowContext& context) {
  nlohmann::json all = gridInputs(context);
  all["tile"] = kTileSize;
  return all;
}

sim::AnalysisResult simulate(FlowContext& context, const pdk::Conditions& at) {
  return context.simulate(
      at, "tile", "chain", {{"engine", "whole"}, {"levels", "replica"}},
      {{"array.rows", kTileSize}, {"array.cols", kTileSize}, {"relu.bias", "replica"}, {"signed.bias", "replica"}});
}

void run(FlowContext& context) {
  const auto grid = gridPoints(context, GridOf::AllConditions);
  std::vector<sim::AnalysisResult> results(grid.size());
  support::parallelFor(grid.size(), context.command().common.jobs,
                       [&](std::size_t i) { results[i] = simulate(context, grid[i]); });

  std::string csv = "corner,temp_c,vdd_V,phi_error_LSB,out_error_LSB,wrong_signs\n";
  nlohmann::json points = nlohmann::json::array();
  double phi = 0, out = 0, signs = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const double point_phi = results[i].figure("phi_max_error_lsb"), point_out = results[i].figure("out_max_error_lsb");
    csv += fmt::format("{},{:g},{:g},{:.5g},{:.5g},{:g}\n", grid[i].corner, grid[i].temp_c, grid[i].vdd, point_phi,
                       point_out, results[i].figure("wrong_signs"));
    points.push_back({{"corner", grid[i].corner}, {"temp_c", grid[i].temp_c}, {"out_max_error_lsb", point_out}});
    phi = worseOf(phi, point_phi);
    out = worseOf(out, point_out);
    signs += results[i].figure("wrong_signs");
  }
  context.writeText("data/tile_chain_corners.csv", csv);
  context.current()["points"] = points;
  context.current()["grid"] = gridInputs(context);
  context.current()["figures"]["chain_corners"] = {
      {"conditions", {{"value", grid.size()}, {"unit", ""}, {"description", "corners, temperatures, supplies"}}},
      {"phi_max_error_lsb",
       {{"value", phi}, {"unit", "LSB"}, {"description", "largest error of a phi pulse against the nominal chain"}}},
      {"out_max_error_lsb",
       {{"value", out},
        {"unit", "LSB"},
        {"description", "largest error of an output pulse against the nominal chain"}}},
      {"wrong_signs", {{"value", signs}, {"unit", ""}, {"description", "outputs above 0.3 LSB with the wrong sign"}}}};
}

}  // namespace

Stage chainCornersStage() {
  return {"chain-corners", "the chain over corners, temperatures, supplies", {}, false, inputs, run};
}

}  // namespace gaincell::flows
