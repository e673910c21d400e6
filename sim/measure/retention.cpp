// Retention: the decay of the stored voltage from every level.
//
// A transient of milliseconds with picoampere currents is slow and freezes when a tolerance is a little too coarse, so
// the decay is integrated from two short runs: the leakage I(V) of the forced storage node (a DC sweep) and its
// capacitance C(V) (a ramp): dV/dt = I(V)/C(V). A transient with tight tolerances cross-checks it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cell_measure.hpp"
#include "decay.hpp"
#include "gaincell/support/error.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;

netlist::ParameterSet settings(const pdk::Pdk&) {
  return netlist::ParameterSet({
      Parameter::real("window", "s", 5e-3, 0, 1e5,
                      "how long the decay is followed, and fitted; unless given, ten times as long until both rails "
                      "visibly move; 0: "
                      "until both have gone half of their way"),
      levelsSetting(64, ", VDD/2 is added"),
      Parameter::integer("points", 101, 11, 10001, "times in the decay table"),
      Parameter::integer("sweep_points", 181, 21, 10001, "voltages of the leakage sweep"),
      Parameter::real("v_wbl", "V", -1, -1, 5, "voltage of the parked write bit line; -1: the design's"),
      Parameter::oneOf("cross_check", "auto", {"auto", "yes", "no"},
                       "transient from every level and VDD/2; auto: for nominal devices only"),
      Parameter::real("check_window", "s", 0, 0, 1e5, "how long the transients follow the decay; 0: twice the window"),
  });
}

/// Leakage into and capacitance of the storage node, by voltage.
struct Leak {
  std::vector<double> v, i, c;
};

std::vector<double> capacitance(const Waveforms& waves, const std::vector<double>& v_grid, double vdd, double ramp) {
  // Rising ramp: current into the node C dV/dt - I; falling: -C dV/dt - I. Half the difference is free of I.
  const auto& v = waves["v(sn)"];
  const auto& i = waves["i(vsn)"];
  const auto& t = waves["time"];
  const double slope = vdd / ramp, lead = 0.1 * ramp;
  std::vector<double> up_v, up_i, down_v, down_i;
  for (std::size_t k = 0; k < v.size(); ++k) {
    // The first points after a corner still settle; the ends are extrapolated flat.
    if (t[k] > lead * 1.2 && t[k] < lead + ramp) {
      up_v.push_back(v[k]);
      up_i.push_back(-i[k]);
    } else if (t[k] > 2.2 * lead + ramp && t[k] < 2 * lead + 2 * ramp) {
      down_v.push_back(v[k]);
      down_i.push_back(-i[k]);
    }
  }
  std::reverse(down_v.begin(), down_v.end());
  std::reverse(down_i.begin(), down_i.end());
  std::vector<double> c;
  c.reserve(v_grid.size());
  for (const double x : v_grid)
    c.push_back(0.5 * (interpolate(up_v, up_i, x) - interpolate(down_v, down_i, x)) / slope);
  return c;
}

Leak measureLeak(const AnalysisContext& context, double wbl) {
  constexpr double kRamp = 1e-6;  // slow against the pair (nanoseconds), fast against the leakage (milliseconds)
  const auto sweep = context.deck("gain-cell-leakage", [&] {
    return cells::gainCellLeakageDeck(context.pdk, context.conditions, context.design, wbl,
                                      context.settings.integer("sweep_points"));
  });
  const auto ramp = context.deck("gain-cell-capacitance", [&] {
    return cells::gainCellCapacitanceDeck(context.pdk, context.conditions, context.design, kRamp);
  });
  const Outcome dc = context.simulator.run(context.job(sweep, "gain-cell-leakage"));
  const Waveforms& leak = dc.orThrow("gain-cell-leakage");
  const Outcome transient = context.simulator.run(context.job(ramp, "gain-cell-capacitance"));
  const Waveforms& waves = transient.orThrow("gain-cell-capacitance");
  return {leak["v(sn)"], leak["i(vsn)"], capacitance(waves, leak["v(sn)"], context.conditions.vdd, kRamp)};
}

/// Charge from the lowest to the highest voltage, over their difference. The value at one voltage would be a lottery:
/// at rest the pair is an inverter of high gain, and where it switches its whole swing couples back within some 10 mV.
double meanCapacitance(const Leak& leak) {
  double charge = 0;
  for (std::size_t k = 1; k < leak.v.size(); ++k)
    charge += 0.5 * (leak.c[k] + leak.c[k - 1]) * (leak.v[k] - leak.v[k - 1]);
  return charge / (leak.v.back() - leak.v.front());
}

/// An amplitude that moves by less than this within the window is extrapolated rather than measured.
constexpr double kVisible = 0.05;

bool moves(const Decay& decay, double vdd, double window) {
  const double least = kVisible * 0.5 * vdd;
  return std::fabs(decay.after(vdd, window) - vdd) >= least && std::fabs(decay.after(0.0, window)) >= least;
}

constexpr double kLongest = 1e4;  // s

/// Until both rails have gone half of their way to where the leakage currents balance: short where it is hot.
double halfOfTheWay(const Decay& decay, double vdd) {
  const double balance = decay.equilibrium(), end = std::isfinite(balance) ? balance : 0.5 * vdd;
  const double low = decay.timeToDrift(0.0, 0.5 * end), high = decay.timeToDrift(vdd, 0.5 * (vdd - end));
  return std::min(std::max(low, high), kLongest);
}

/// A cell with an oxide-semiconductor switch holds for seconds where one of silicon holds for milliseconds.
double windowOf(const netlist::ParameterSet& settings, const Decay& decay, double vdd) {
  double window = settings.real("window");
  if (window == 0) return halfOfTheWay(decay, vdd);
  while (!settings.isSet("window") && !moves(decay, vdd, window) && window < kLongest) window *= 10;
  return window;
}

/// NaN where the decay ends before.
double timeToOneOverE(const Decay& decay, double start, double zero) {
  const double time = decay.timeToDrift(start, -std::expm1(-1.0) * std::fabs(start - zero));
  return std::isfinite(time) ? time : std::nan("");
}

double crossCheck(const AnalysisContext& context, const Decay& decay, double wbl, const std::vector<double>& starts,
                  double followed, support::Table& table) {
  const double given = context.settings.real("check_window");
  const double window = given > 0 ? given : 2 * followed;
  double worst = 0;
  for (const double start : starts) {
    const std::string name = fmt::format("gain-cell-hold-{:.0f}mV", 1e3 * start);
    const auto deck = context.deck(name, [&] {
      return cells::gainCellHoldDeck(context.pdk, context.conditions, context.design, wbl, start, window);
    });
    const Outcome outcome = context.simulator.run(context.job(deck, name));
    const Waveforms& waves = outcome.orThrow(name);
    for (int k = 0; k <= 100; ++k) {
      // Closer at the start: what is lost first goes in a hundredth of the time that the rest takes.
      const double t = window * k * k / 1e4;
      const double simulated = waves.at("v(xcell.sn)", t), integrated = decay.after(start, t);
      table.addRow({start, t, simulated, integrated, context.conditions.temp_c});
      worst = std::max(worst, std::fabs(simulated - integrated));
    }
  }
  return worst;
}

AnalysisResult run(const AnalysisContext& context) {
  const auto& s = context.settings;
  const double vdd = context.conditions.vdd, zero = 0.5 * vdd;
  const double parked = cells::atSupply(cells::resolveGainCell(context.design), context.pdk, vdd).wbl_idle;
  const double wbl = s.real("v_wbl") < 0 ? parked : s.real("v_wbl");
  const Leak leak = measureLeak(context, wbl);
  std::vector<double> rate(leak.v.size());
  for (std::size_t k = 0; k < rate.size(); ++k) {
    if (!(leak.c[k] > 0))
      throw support::Error("MEA-0001", fmt::format("the storage capacitance at {:.3g} V is not positive", leak.v[k]),
                           "gain-cell retention");
    rate[k] = leak.i[k] / leak.c[k];
  }
  const Decay decay(leak.v, rate);
  const double window = windowOf(s, decay, vdd);

  AnalysisResult result;
  support::Table leakage, decays, loss;
  leakage.columns = {"v_storage_V", "i_leak_A", "c_storage_F", "temp_c"};
  for (std::size_t k = 0; k < leak.v.size(); ++k)
    leakage.addRow({leak.v[k], leak.i[k], leak.c[k], context.conditions.temp_c});
  const auto times = equidistant(0, window, s.integer("points"));
  auto starts = storedLevels(levelsOf(context), vdd);
  const double half_level = 0.5 * vdd / static_cast<double>(starts.size() - 1);
  loss.columns = {"v_start_V", "half_level_s"};
  double worst = std::numeric_limits<double>::infinity();
  for (const double start : starts) {
    const double drifted = decay.timeToDrift(start, half_level);
    loss.addRow({start, drifted});
    if (std::isfinite(drifted)) worst = std::min(worst, drifted);
  }
  starts.push_back(zero);
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  decays.columns = {"v_start_V", "t_s", "v_storage_V", "temp_c"};
  for (const double start : starts)
    for (const double t : times) decays.addRow({start, t, decay.after(start, t), context.conditions.temp_c});

  result.figures = {
      {"tau_low", decayTime(decay, 0.0, zero, times), "s",
       "time constant of V - VDD/2 from 0 V, by least squares over the window"},
      {"tau_high", decayTime(decay, vdd, zero, times), "s",
       "time constant of V - VDD/2 from VDD, by least squares over the window"},
      {"v_equilibrium", decay.equilibrium(), "V", "where the leakage currents balance"},
      {"half_level_time", worst, "s", "time to lose half a level, worst level"},
      {"one_over_e_low", timeToOneOverE(decay, 0.0, zero), "s", "time until V - VDD/2 from 0 V has fallen to 1/e"},
      {"one_over_e_high", timeToOneOverE(decay, vdd, zero), "s", "time until V - VDD/2 from VDD has fallen to 1/e"},
      {"i_leak_low", leak.i.front(), "A", "current into the storage node at 0 V"},
      {"i_leak_high", leak.i.back(), "A", "current into the storage node at VDD"},
      {"c_storage", meanCapacitance(leak), "F", "capacitance of the storage node, mean from 0 V to VDD"},
  };
  if (!moves(decay, vdd, window))
    result.warnings.push_back(
        "the stored voltage hardly moves within the window: the time constants are extrapolated, give a longer window");
  if (!std::isfinite(worst)) {
    result.figures[3].value = std::nan("");
    result.warnings.push_back("no level ever loses half a level: half_level_time is empty");
  }
  if (s.isChoice("cross_check", "yes") || (s.isChoice("cross_check", "auto") && !context.variation)) {
    support::Table table;
    table.columns = {"v_start_V", "t_s", "v_transient_V", "v_integrated_V", "temp_c"};
    const double deviation = crossCheck(context, decay, wbl, starts, window, table);
    result.figures.push_back({"crosscheck_max", deviation, "V", "integration against transient, largest difference"});
    if (deviation > 0.01 * vdd)
      result.warnings.push_back(fmt::format("the transient differs from the integration by {:.3g} V", deviation));
    result.tables["transient"] = std::move(table);
  }
  result.tables["leakage"] = std::move(leakage);
  result.tables["decay"] = std::move(decays);
  result.tables["loss"] = std::move(loss);
  return result;
}

}  // namespace

Analysis gainCellRetention() {
  return {"gain-cell", "retention", "decay of the stored voltage from every level, leakage and capacitance", settings,
          run};
}

}  // namespace gaincell::sim
