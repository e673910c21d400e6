// The word-line driver with its row: does a pulse of k clock periods arrive as one of k periods, at the far end, on
// both lines?

#include <algorithm>
#include <cmath>

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
      Parameter::integer("codes", 0, 0, 255, "pulses of 1 .. codes LSB; 0: up to the longest of the design"),
      toleranceSetting(),
  });
}

AnalysisResult run(const AnalysisContext& context) {
  const auto& s = context.settings;
  const double period = design::pulseLsb(context.design), vdd = context.conditions.vdd, half = 0.5 * vdd;
  const int codes = s.integer("codes") > 0 ? s.integer("codes") : design::topPulse(context.design);
  std::vector<double> widths;
  for (int k = 1; k <= codes; ++k) widths.push_back(k * period);
  const double first = period, slot = (codes + 3) * period;
  const auto deck = context.deck("word-line-pulse", [&] {
    auto d = cells::wordLineDriverDeck(context.pdk, context.conditions, context.design, widths, first, slot);
    d.options["reltol"] = support::formatNumber(s.real("tolerance"));
    return d;
  });
  const Outcome outcome = context.simulator.run(context.job(deck, "word-line-pulse"));
  const Waveforms& waves = outcome.orThrow("word-line-pulse");

  AnalysisResult result;
  support::Table table;
  table.columns = {"code", "width_in_s", "width_wl_s", "width_wlb_s", "delay_s", "skew_s", "energy_J"};
  double error = 0, delay = 0, skew = 0, energy = 0;
  for (int k = 0; k < codes; ++k) {
    const double start = first + slot * k, begin = start - 0.5 * period, end = begin + slot;
    const Pulse wl = measurePulse(waves, "v(wl_far)", half, begin, end);
    const auto falls = waves.crossings("v(wlb_far)", half, false, begin, end);
    const auto rises = waves.crossings("v(wlb_far)", half, true, begin, end);
    const double in_rise = start + 0.5 * design::edgeTime(context.design);
    // A pulse that is swallowed, split or inverted has no width: NaN, which no limit accepts.
    const bool sound = wl.count == 1 && falls.size() == 1 && rises.size() == 1;
    const double missing = std::nan("");
    const double width_wl = sound ? wl.width : missing, width_wlb = sound ? rises[0] - falls[0] : missing;
    const double late = sound ? wl.first_rise - in_rise : missing;
    const double apart =
        sound ? std::max(std::fabs(wl.first_rise - falls[0]), std::fabs(wl.last_fall - rises[0])) : missing;
    const double used = vdd * deliveredCharge(waves, "i(vvdd)", begin, end);
    const double width = widths[static_cast<std::size_t>(k)];
    table.addRow({double(k + 1), width, width_wl, width_wlb, late, apart, used});
    const double worst = std::max(std::fabs(width_wl - width), std::fabs(width_wlb - width));
    error = sound ? std::max(error, worst) : missing;
    delay = sound ? std::max(delay, late) : missing;
    skew = sound ? std::max(skew, apart) : missing;
    energy += used / codes;
    if (!sound) break;
  }
  result.figures = {
      {"width_error_max", error, "s", "largest change of the pulse width at the far end, either line"},
      {"delay_max", delay, "s", "input to the far end of the word line"},
      {"skew_max", skew, "s", "between the edges of word line and complement, far end"},
      {"energy_per_pulse", energy, "J", "driver supply, both lines, mean over the codes"},
  };
  result.tables["pulse"] = std::move(table);
  return result;
}

}  // namespace

Analysis wordLinePulse() {
  return {"word-line-driver", "pulse", "pulse width, delay and skew at the far end of a row, energy per pulse",
          settings, run};
}

}  // namespace gaincell::sim
