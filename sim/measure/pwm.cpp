// The PWM driver with its row: every level, in an order that puts far levels next to each other.

#include <algorithm>
#include <cmath>

#include "gaincell/cells/drivers.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/sim/pulse.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

AnalysisResult run(const AnalysisContext& context) {
  const double clock = design::pulseLsb(context.design), vdd = context.conditions.vdd;
  const int levels = design::topPulse(context.design) + 1;
  std::vector<int> codes{0};  // 0, top, 1, top - 1, ...: what a row's last level leaves behind would show
  for (int low = 1, high = levels - 1; low <= high; ++low, --high) {
    codes.push_back(high);
    if (low < high) codes.push_back(low);
  }
  cells::PwmDriverDeck built = cells::pwmDriverDeck(context.pdk, context.conditions, context.design, codes, clock);
  const auto deck = context.deck("pwm", [&] { return built.deck; });
  const Outcome outcome = context.simulator.runAll({context.job(deck, "pwm")}).front();
  const Waveforms& waves = outcome.orThrow("pwm");
  support::Table table;
  table.columns = {"level", "width_wl_s", "error_s", "delay_s", "energy_J"};
  double worst = 0, sum = 0, delay = 0, energy = 0, zero_peak = 0, smallest = 1, largest = -1;
  for (std::size_t k = 0; k < codes.size(); ++k) {
    const double begin = built.starts[k] - clock, end = begin + built.slot;
    const Pulse wl = measurePulse(waves, "v(wl_far)", vdd / 2, begin, end);
    const double used = vdd * deliveredCharge(waves, "i(vvdd)", begin, end);
    if (codes[k] == 0) {
      zero_peak = wl.peak;
      continue;
    }
    // A pulse that is swallowed or split has no width: NaN, which no limit accepts.
    const double error = wl.count == 1 ? wl.width - codes[k] * clock : std::nan("");
    const double late = wl.count == 1 ? wl.first_rise - built.starts[k] : std::nan("");
    table.addRow({static_cast<double>(codes[k]), wl.width, error, late, used});
    worst = std::isnan(error) || std::isnan(worst) ? std::nan("") : std::max(worst, std::fabs(error));
    smallest = std::min(smallest, error);
    largest = std::max(largest, error);
    sum += error / (levels - 1);
    delay = std::max(delay, late);
    energy += used / (levels - 1);
  }
  AnalysisResult r;
  r.figures = {{"width_error_max", worst, "s", "largest error of the pulse width at the far end"},
               {"width_offset", sum, "s", "mean error: alike for all levels"},
               {"width_spread", largest - smallest, "s", "largest minus smallest error: what no offset removes"},
               {"zero_peak", zero_peak, "V", "largest word-line voltage for level 0"},
               {"delay_max", delay, "s", "opening of the window to the far end of the word line"},
               {"energy_per_pulse", energy, "J", "driver and word lines, mean over the levels"}};
  r.tables["levels"] = table;
  return r;
}

}  // namespace

Analysis pwmDriverPulse() {
  return {"pwm-driver", "pulse", "pulse width by input level at the far end of a row, energy per pulse",
          [](const pdk::Pdk&) { return netlist::ParameterSet(); }, run};
}

}  // namespace gaincell::sim
