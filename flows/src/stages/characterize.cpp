// Simulates the nominal gain cell: I(V), charge per pulse, write, retention, disturb, energy.

#include "fit_inputs.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {
void run(FlowContext& context) {
  for (const auto& a : sim::analyses())
    if (a.kind == "gain-cell") context.analyse(a.kind, a.name);
  otherTemperatures(context, "gain-cell", {});  // for the law of the time constant
}
}  // namespace

Stage characterizeStage() {
  return {"characterize", "simulating the cell", {}, true, {}, run};
}

}  // namespace gaincell::flows
