// Writing through the real path: DAC, lines, discharge phase and write-enable driver, into the far cell.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cell_measure.hpp"
#include "gaincell/cells/drivers.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/sim/pulse.hpp"
#include "gaincell/support/units.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;

netlist::ParameterSet settings(const pdk::Pdk&) {
  return netlist::ParameterSet({
      Parameter::real("discharge_width", "s", 1e-9, 0, 1e-6, "discharge to 0 V before the level, 0: none"),
      Parameter::real("write_width", "s", 5e-9, 2e-10, 1e-6, "from the DAC's level to the fall of the write enable"),
      toleranceSetting(),
  });
}

AnalysisResult run(const AnalysisContext& context) {
  const auto& s = context.settings;
  const double vdd = context.conditions.vdd;
  const int count = design::storedLevels(context.design);
  const double half_level = 0.5 * vdd / (count - 1), edge = design::edgeTime(context.design);
  const auto volt = [&](int level) { return design::storedVoltage(context.design, level, vdd); };
  const auto walk = pairWalk(count);
  auto bench = cells::writePathDeck(context.pdk, context.conditions, context.design, walk, s.real("discharge_width"),
                                    s.real("write_width"));
  bench.deck.options["reltol"] = support::formatNumber(s.real("tolerance"));
  const auto deck = context.deck("write-path", [&] { return bench.deck; });
  const Outcome outcome = context.simulator.run(context.job(deck, "write-path"));
  const Waveforms& waves = outcome.orThrow("write-path");

  AnalysisResult result;
  support::Table table;
  table.columns = {"v_previous_V", "v_target_V", "v_stored_V", "settle_s", "energy_J", "driver_J", "reference_J"};
  double settle = 0, error = 0, energy = 0;
  for (std::size_t k = 1; k < walk.size(); ++k) {
    const auto& t = bench.steps[k];
    const double target = volt(walk[k]);
    const double stored = waves.at("v(xcell.sn)", t.end);
    const double settled = settlingTime(waves, "v(xcell.sn)", target, half_level, t.write_on, t.write_off - edge);
    const double driver = vdd * deliveredCharge(waves, "i(vvdd)", t.begin, t.end);
    // As from linear regulators on the supply, which cannot take charge back.
    double reference = vdd * deliveredCharge(waves, "i(vpark)", t.begin, t.end);
    for (int r = 1; r < count; ++r)
      reference += vdd * deliveredCharge(waves, fmt::format("i(vref_{})", r), t.begin, t.end);
    table.addRow({volt(walk[k - 1]), target, stored, settled, driver + reference, driver, reference});
    settle = std::isnan(settled) || std::isnan(settle) ? std::nan("") : std::max(settle, settled);
    error = std::max(error, std::fabs(stored - target));
    energy += (driver + reference) / static_cast<double>(walk.size() - 1);
  }
  result.figures = {
      {"write_settle", settle, "s",
       "slowest write to within half a level at the far cell, from the end of the discharge"},
      {"write_error_max", error, "V", "largest difference between stored level and DAC level"},
      {"write_error_levels", error / (2 * half_level), "", "the same in steps of the DAC; below 0.5 no code is lost"},
      {"write_energy", energy, "J", "one write bit line and one write-enable line, mean over all pairs of levels"},
  };
  result.tables["write"] = std::move(table);
  return result;
}

}  // namespace

Analysis writePathWrite() {
  return {"write-path", "write", "what arrives in the far cell, through DAC, lines and write-enable driver", settings,
          run};
}

}  // namespace gaincell::sim
