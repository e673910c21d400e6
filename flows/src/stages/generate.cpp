// Writes the netlist of every circuit kind, with its testbench, to netlists/.

#include <fmt/format.h>

#include "gaincell/cells/generator.hpp"
#include "gaincell/netlist/flatten.hpp"
#include "gaincell/netlist/writer.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {
void run(FlowContext& context) {
  for (const auto& g : cells::generators()) {
    netlist::Deck deck;
    try {
      deck = g.testbench(context.pdk(), context.conditions(), context.design());
    } catch (const support::Error& e) {
      if (e.id() != cells::kNoSuchCircuit) throw;
      context.current()["warnings"].push_back(fmt::format("no {}: {}", g.kind, e.problem()));
      continue;
    }
    context.writeText(fmt::format("netlists/{}.cir", g.kind), netlist::toText(deck));
    context.current()["circuits"][g.kind] = {{"description", g.description},
                                             {"transistors", netlist::flattenMosfets(deck.circuit).size()}};
  }
}
}  // namespace

Stage generateStage() {
  return {"generate", "generating netlists", {}, true, {}, run};
}

}  // namespace gaincell::flows
