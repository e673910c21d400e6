// Area, energy and latency of tile, head and chip.

#include "../floorplan.hpp"

#include "gaincell/layout/estimate.hpp"
// Area, energy and latency of tile, head and chip, with the energies of the fitted model where it has them.


#include "stages.hpp"

namespace gaincell::flows {

namespace {

void run(FlowContext& context) {
  FloorplanSettings settings;
  settings.model = context.dir() / "model_array.json";
  const FloorplanResult result = makeFloorplan(context.command(), context.pdk(), settings);
  for (const auto& file : writeFloorplan(result, context.provenance(), context.dir(), support::Overwrite::Yes)) context.addFile(file);
  const auto put = [&](const std::string& name, double value, const char* unit, const std::string& description) {
    context.current()["figures"]["floorplan"][name] = {{"value", value}, {"unit", unit}, {"description", description}};
  };
  for (const auto& e : layout::estimate(result.energy, result.organisation, result.floorplan)) {
    put("energy_" + e.level, e.energy, "J", "energy per token, " + e.level);
    put("latency_" + e.level, e.latency, "s", "latency per token, " + e.level);
  }
  const layout::Block& head = result.floorplan.ofKind(layout::Kind::Head);
  put("area_head", static_cast<double>(head.area()) * 1e-18, "m2", "area of a head");
  for (const auto& share : layout::breakdown(result.floorplan, head))
    context.current()["breakdown"].push_back({{"name", share.name}, {"count", share.count}, {"area_m2", static_cast<double>(share.area) * 1e-18}});
  if (std::filesystem::exists(context.dir() / "model.json")) settings.model = context.dir() / "model.json";
  for (const std::string& file : writeFloorplan(result, context.provenance(), context.dir(), support::Overwrite::Yes))
    context.addFile(file);
}

}  // namespace

Stage floorplanStage() { return {"floorplan", "floorplan", {"array-model"}, true, {}, run}; }
Stage floorplanStage() {
  return {"floorplan", "placing the floorplan", {"fit"}, true, {}, run};
}

}  // namespace gaincell::flows
