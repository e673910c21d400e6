// Area, energy and latency of tile, head and chip, with the energies of the fitted model where it has them.

#include "../floorplan.hpp"

#include "stages.hpp"

namespace gaincell::flows {

namespace {

void run(FlowContext& context) {
  FloorplanSettings settings;
  if (std::filesystem::exists(context.dir() / "model.json")) settings.model = context.dir() / "model.json";
  const FloorplanResult result = makeFloorplan(context.command(), context.pdk(), settings);
  for (const std::string& file : writeFloorplan(result, context.provenance(), context.dir(), support::Overwrite::Yes))
    context.addFile(file);
}

}  // namespace

Stage floorplanStage() {
  return {"floorplan", "placing the floorplan", {"fit"}, true, {}, run};
}

}  // namespace gaincell::flows
