// Static I(V) of the gain cell: bit-line current by stored voltage, the bit line held at VDD/2. One short DC sweep, so
// that a Monte-Carlo sample costs about a millisecond.

#include <fmt/format.h>

#include "cell_measure.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;

constexpr int kLevels = 8;             // stored levels of the architecture (3 bit)
constexpr int kPointsPerInterval = 4;  // makes VDD/2 a point of the sweep as well

netlist::ParameterSet settings(const pdk::Pdk&) {
  return netlist::ParameterSet({
      Parameter::integer("levels", kLevels, 2, 256, "stored levels from 0 to VDD; each gives a figure i_level_K"),
      Parameter::integer("points_per_interval", kPointsPerInterval, 1, 1000, "sweep points between two levels"),
  });
}

AnalysisResult run(const AnalysisContext& context) {
  const int levels = context.settings.integer("levels");
  const int per_interval = context.settings.integer("points_per_interval");
  const int points = (levels - 1) * per_interval + 1;
  const auto deck = context.deck("gain-cell-iv", [&] {
    return cells::gainCellStaticDeck(context.pdk, context.conditions, context.circuit, points);
  });
  const Outcome outcome = context.simulator.run(context.job(deck, "gain-cell-iv"));
  const Waveforms& waves = outcome.orThrow("gain-cell-iv");

  AnalysisResult result;
  const double vdd = context.conditions.vdd;
  support::Table table;
  table.columns = {"v_storage_V", "i_bl_A", "i_vdd_A", "v_bl_V"};
  const auto& i_bl = waves["i(vbl)"];
  for (std::size_t k = 0; k < waves.points(); ++k)
    table.addRow({waves["v(xcell.sn)"][k], i_bl[k], -waves["i(vvdd)"][k], 0.5 * vdd});
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
