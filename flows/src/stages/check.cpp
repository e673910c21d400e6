// Behavioral model against transistors on one tile: a corner of it in a quick flow, 64 x 64 in a full one.

#include "gaincell/check/check.hpp"

#include <algorithm>

#include "gaincell/check/ladder.hpp"
#include "gaincell/check/report.hpp"
#include "gaincell/model/io.hpp"
#include "stages.hpp"

namespace gaincell::flows {

using namespace gaincell::check;

namespace {

/// A part of the design's tile in a quick flow; the whole in a full one.
TileSize sizeOf(const FlowContext& context) {
  const int rows = context.design().integer("array.rows"), cols = context.design().integer("array.cols");
  const TileSize whole{rows, cols, rows, 4}, part{std::min(16, rows), std::min(4, cols), std::min(4, rows), 2};
  return context.quick() ? part : whole;
}

TileSize ladderSize(const FlowContext& context) {
  // Energies are those of whole bit lines: a full flow has them.
  const int all = context.design().integer("array.rows"), rows = context.quick() ? std::min(16, all) : all;
  const int cols = std::min(context.quick() ? 2 : 4, context.design().integer("array.cols"));
  return {rows, cols, 1, context.quick() ? 2 : 4};
}

nlohmann::json inputs(const FlowContext& context) {
  const TileSize size = sizeOf(context);
  return {{"rows", size.rows}, {"cols", size.tokens}, {"outputs", size.outputs}, {"samples", size.operations}};
}

void run(FlowContext& context) {
  const TileSize size = sizeOf(context);
  const model::Model model = model::readModel(context.dir() / "model.json");
  const TileData data = randomTile(context.design(), context.command().common.seed, size);
  const TileComparison result =
      compareTile(context.pdk(), context.conditions(), context.design(), model, data, {}, context.simulator());
  for (const auto& [name, table] : comparisonTables(result)) context.writeTable("data/check_" + name + ".csv", table);
  context.current()["comparison"] = toJson(result);
  // The ladder of a corner of the tile: its finest rung is the slowest circuit of the project.
  const TileSize corner = ladderSize(context);
  const Ladder ladder = climb(context.pdk(), context.conditions(), context.design(), model,
                              randomTile(context.design(), context.command().common.seed, corner), context.simulator());
  context.current()["comparison"]["ladder"] = toJson(ladder);
  context.writeTable("data/check_ladder.csv", ladderTable(ladder));
  context.current()["size"] = inputs(context);
  context.current()["figures"]["check"] = checkFigures(context.current()["comparison"]);
  for (const auto& w : result.warnings) context.current()["warnings"].push_back("check: " + w);
}

}  // namespace

Stage checkStage() {
  return {"check", "model against transistors", {"fit"}, true, inputs, run};
}

}  // namespace gaincell::flows
