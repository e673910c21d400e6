// Area, energy and latency of tile, head and chip, with the energies of the fitted array.

#include "../floorplan.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "stages.hpp"

namespace gaincell::flows {

namespace {

/// Energy of an array in the chain's columns, where the flow has simulated them.
std::optional<double> columnEnergy(const FlowContext& context, const char* group) {
  const nlohmann::json::json_pointer at(std::string("/figures/") + group + "/energy_64_columns/value");
  const nlohmann::json chain = context.result("chain");
  if (!chain.contains(at) || !chain[at].is_number()) return std::nullopt;
  return chain[at].get<double>();
}

void run(FlowContext& context) {
  FloorplanSettings settings;
  settings.model = context.dir() / "model_array.json";
  settings.array1 = columnEnergy(context, "column_relu");
  settings.array2 = columnEnergy(context, "column_signed");
  const FloorplanResult result = makeFloorplan(context.command(), context.pdk(), settings);
  for (const std::string& file : writeFloorplan(result, context.provenance(), context.dir(), support::Overwrite::Yes))
    context.addFile(file);
}

}  // namespace

Stage floorplanStage() {
  return {"floorplan", "placing the floorplan", {"chain", "array-model"}, true, {}, run};
}

}  // namespace gaincell::flows
