// Simulates both charge-to-pulse converters: the transfer, which gives the energies as well.

#include "stages.hpp"

namespace gaincell::flows {

namespace {
void run(FlowContext& context) {
  for (const char* kind : {"relu-converter", "signed-converter"})
    context.analyse(kind, "transfer", {{"uncertainty", "yes"}});
}
}  // namespace

Stage convertersStage() {
  return {"converters", "simulating the converters", {}, true, {}, run};
}

}  // namespace gaincell::flows
