// The end levels of the write DAC, and how well a cell's push equals its pull with them.

#include "level_reference.hpp"

#include <cmath>

#include "gaincell/cells/drivers.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

constexpr double kStop = 2e-6;  // s; many time constants of amplifier and level capacitor

Outcome runReference(const AnalysisContext& context) {
  const auto deck = context.deck("level-reference", [&] {
    return cells::levelReferenceDeck(context.pdk, context.conditions, context.design, kStop);
  });
  return context.simulator.runAll({context.job(deck, "level-reference")}).front();
}

AnalysisResult run(const AnalysisContext& context) {
  const Outcome outcome = runReference(context);
  const Waveforms& waves = outcome.orThrow("level-reference");
  const double push = waves["i(vpush)"].back(), pull = waves["i(vpull)"].back(), low = waves["v(low)"].back(),
               high = waves["v(high)"].back();
  AnalysisResult r;
  r.figures = {{"v_low", low, "V", "lowest stored level"},
               {"v_high", high, "V", "highest stored level"},
               {"push", push, "A", "current of a cell that stores the lowest level, bit line at half the supply"},
               {"pull", pull, "A", "of one that stores the highest"},
               {"imbalance", -push / pull - 1, "", "push over pull, minus 1"},
               {"unsettled",
                std::fabs(low - waves.at("v(low)", 0.8 * kStop)) + std::fabs(high - waves.at("v(high)", 0.8 * kStop)),
                "V", "movement of both levels in the last fifth of the run"},
               {"power", -context.conditions.vdd * waves["i(vvdd)"].back(), "W",
                "of the whole reference, with the two cells that test it"}};
  support::Table table;
  table.columns = {"time_s", "v_low_V", "v_high_V", "push_A", "pull_A"};
  for (int i = 0; i <= 100; ++i) {
    const double t = kStop * i / 100;
    table.addRow({t, waves.at("v(low)", t), waves.at("v(high)", t), waves.at("i(vpush)", t), waves.at("i(vpull)", t)});
  }
  r.tables["levels"] = table;
  return r;
}

}  // namespace

EndLevels replicaLevels(const AnalysisContext& context) {
  const Outcome outcome = runReference(context);
  const Waveforms& waves = outcome.orThrow("level-reference");
  return {waves["v(low)"].back(), waves["v(high)"].back()};
}

Analysis levelReferenceLevels() {
  return {"level-reference", "levels", "end levels of the write DAC, push and pull of a cell that stores them",
          [](const pdk::Pdk&) { return netlist::ParameterSet(); }, run};
}

}  // namespace gaincell::sim
