// Area, energy and latency of tile, head and chip, with the energies of the fitted array.

#include "../floorplan.hpp"

#include "gaincell/model/io.hpp"

#include "stages.hpp"

namespace gaincell::flows {

namespace {

void run(FlowContext& context) {
  FloorplanSettings settings;
  settings.model = model::readModel(context.dir() / "model.json");
  const FloorplanResult result = makeFloorplan(context.pdk(), context.design(), settings);
  for (const std::string& file : writeFloorplan(result, context.provenance(), context.dir(), support::Overwrite::Yes))
    context.addFile(file);
}

}  // namespace

Stage floorplanStage() {
  return {"floorplan", "placing the floorplan", {"fit"}, true, {}, run};
}

}  // namespace gaincell::flows
