// Behavioral model against transistors on one tile: a corner of it in a quick flow, 64 x 64 in a full one.

#include "../check/check.hpp"

#include "../check/check_report.hpp"
#include "gaincell/model/io.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

struct Size {
  int rows, cols, samples;
};
Size sizeOf(const FlowContext& context) {
  return context.quick() ? Size{16, 4, 2} : Size{64, 64, 4};
}

nlohmann::json inputs(const FlowContext& context) {
  const Size size = sizeOf(context);
  return {{"rows", size.rows}, {"cols", size.cols}, {"samples", size.samples}};
}

void run(FlowContext& context) {
  const Size size = sizeOf(context);
  const model::Model model = model::readModel(context.dir() / "model_array.json");
  const TileData data = randomTile(context.command().common.seed, size.rows, size.cols, size.cols, size.samples,
                                   context.conditions().vdd);
  const TileComparison result = compareTile(context.pdk(), context.conditions(),
                                            tileCircuits(context.command(), context.pdk(), size.rows, size.cols), model,
                                            data, {}, context.simulator());
  for (const auto& [name, table] : comparisonTables(result)) context.writeTable("data/check_" + name + ".csv", table);
  context.current()["comparison"] = toJson(result);
  context.current()["size"] = {{"rows", size.rows}, {"cols", size.cols}, {"samples", size.samples}};
  context.current()["figures"]["check"] = checkFigures(context.current()["comparison"]);
  for (const auto& w : result.warnings) context.current()["warnings"].push_back("check: " + w);
}

}  // namespace

Stage checkStage() {
  return {"check", "model against transistors", {"array-model"}, true, inputs, run};
}

}  // namespace gaincell::flows
