// Simulates the nominal gain cell: I(V), charge per pulse, write, retention, disturb, energy.

#include "fit_inputs.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {
void run(FlowContext& context) {
  for (const auto& a : sim::analyses()) {
    if (a.kind != "gain-cell") continue;
    // The bit line of a column moves while it integrates: the output conductance says what that costs.
    using Settings = std::map<std::string, std::string>;
    context.analyse(a.kind, a.name, a.name == "charge" ? Settings{{"bit_lines", "3"}} : Settings{});
  }
  otherTemperatures(context);  // for leakage over temperature
}
}  // namespace

Stage characterizeStage() {
  return {"characterize", "simulating the cell", {}, true, {}, run};
}

}  // namespace gaincell::flows
