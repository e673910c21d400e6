// The chain of a tile: one small tile as one deck from the write to the output pulses, and full columns of both arrays
// for accuracy and energy.

#include "stages.hpp"

namespace gaincell::flows {

namespace {

constexpr const char* kTileSize = "4";  // what one deck simulates in seconds

nlohmann::json inputs(const FlowContext& context) {
  return {{"tile", kTileSize}, {"columns", context.quick() ? 0 : 8}};
}

void run(FlowContext& context) {
  context.analyse("tile", "chain", {{"engine", "whole"}}, {{"array.rows", kTileSize}, {"array.cols", kTileSize}});
  // Mean energies need many draws: too slow for a quick flow.
  if (context.quick()) return;
  for (const char* kind : {"column", "value-column"})
    context.analyse(kind, "mac", {{"columns", "8"}, {"operations", "4"}});
}

}  // namespace

Stage chainStage() {
  return {"chain", "simulating the chain of a small tile", {}, true, inputs, run};
}

}  // namespace gaincell::flows
