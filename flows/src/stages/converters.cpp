// Simulates both charge-to-pulse converters: transfer and energy.

#include "stages.hpp"

namespace gaincell::flows {

namespace {
void run(FlowContext& context) {
  for (const char* kind : {"relu-converter", "signed-converter"})
    for (const char* analysis : {"transfer", "energy"}) context.analyse(kind, analysis);
}
}  // namespace

Stage convertersStage() {
  return {"converters", "simulating the converters", {}, true, {}, run};
}

}  // namespace gaincell::flows
