// Static I(V) of the gain cell: bit-line current by stored voltage, the bit line held at VDD/2. One short DC sweep, so
// that a Monte-Carlo sample costs about a millisecond.

#include <fmt/format.h>

#include <cmath>

#include "cell_measure.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;

constexpr int kPointsPerInterval = 4;  // makes VDD/2 a point of the sweep as well

netlist::ParameterSet settings(const pdk::Pdk&) {
  return netlist::ParameterSet({
      levelsSetting(256, ", each gives a figure i_level_K"),
      Parameter::integer("points_per_interval", kPointsPerInterval, 1, 1000, "sweep points between two levels"),
      Parameter::integer("bit_lines", 1, 1, 21,
                         "sweeps, with the bit line at as many voltages about VDD/2: for the output conductance"),
      Parameter::real("bit_line_span", "V", 0.1, 1e-3, 0.45, "farthest of them from VDD/2"),
  });
}

void addSweep(support::Table& table, const Waveforms& waves, double v_bl) {
  for (std::size_t k = 0; k < waves.points(); ++k)
    table.addRow({waves["v(xcell.sn)"][k], waves["i(vbl)"][k], -waves["i(vvdd)"][k], v_bl});
}

/// The sweeps with the bit line elsewhere than at VDD/2.
void addOtherBitLines(const AnalysisContext& context, const std::shared_ptr<const netlist::Deck>& deck,
                      support::Table& table) {
  const int count = context.settings.integer("bit_lines");
  const double middle = 0.5 * context.conditions.vdd, span = context.settings.real("bit_line_span");
  for (int k = 0; k < count && count > 1; ++k) {
    const double v_bl = middle + span * (2.0 * k / (count - 1) - 1);
    if (std::fabs(v_bl - middle) < 1e-9) continue;
    Job job = context.job(deck, fmt::format("gain-cell-iv-bl{}", k));
    job.alters.push_back({"vbl", "dc", v_bl});
    addSweep(table, context.simulator.run(job).orThrow(job.tag), v_bl);
  }
}

AnalysisResult run(const AnalysisContext& context) {
  const int levels = levelsOf(context);
  const int per_interval = context.settings.integer("points_per_interval");
  const int points = (levels - 1) * per_interval + 1;
  const auto deck = context.deck("gain-cell-iv", [&] {
    return cells::gainCellStaticDeck(context.pdk, context.conditions, context.design, points);
  });
  const Outcome outcome = context.simulator.run(context.job(deck, "gain-cell-iv"));
  const Waveforms& waves = outcome.orThrow("gain-cell-iv");

  AnalysisResult result;
  const double vdd = context.conditions.vdd;
  support::Table table;
  table.columns = {"v_storage_V", "i_bl_A", "i_vdd_A", "v_bl_V"};
  const auto& i_bl = waves["i(vbl)"];
  addSweep(table, waves, 0.5 * vdd);
  addOtherBitLines(context, deck, table);
  const auto at = [&](double v) { return interpolate(waves["v(wbl)"], i_bl, v); };
  for (int k = 0; k < levels; ++k) {
    const double v = vdd * k / (levels - 1);
    result.figures.push_back(
        {fmt::format("i_level_{}", k), at(v), "A", fmt::format("bit-line current at {:.4g} V", v)});
  }
  result.figures.push_back({"i_zero", at(0.5 * vdd), "A", "bit-line current at VDD/2, ideally zero"});
  result.figures.push_back({"i_span", at(0) - at(vdd), "A", "current between the rails, full scale"});
  result.tables["iv"] = std::move(table);
  return result;
}

}  // namespace

Analysis gainCellIv() {
  return {"gain-cell", "iv", "static bit-line current by stored voltage", settings, run};
}

}  // namespace gaincell::sim
