// Storage decay: model, report, and the check against transients.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "gaincell/fit/retention.hpp"
#include "gaincell/model/evaluate.hpp"
#include "run.hpp"

namespace gaincell::fit {

using support::Table;

namespace {

/// A time that a decay has not reached by then it is not asked for: in windows or time constants.
constexpr double kLongestHold = 10;

/// When a decay has first moved by `drift`, between its points; NaN when it never has.
double timeToLose(const Decay& d, double drift) {
  const auto lost = [&](std::size_t i) { return std::fabs(d.v[i] - d.v.front()); };
  for (std::size_t i = 1; i < d.t.size(); ++i)
    if (lost(i) >= drift)
      return d.t[i - 1] - d.t.front() + (d.t[i] - d.t[i - 1]) * (drift - lost(i - 1)) / (lost(i) - lost(i - 1));
  return std::nan("");
}

}  // namespace

void Run::retention() {
  RetentionOptions options;
  options.temp_c = in_.conditions.temp_c;
  options.half_level_V = in_.conditions.vdd_v / (2 * (options_.levels - 1));
  for (int l = 0; l < options_.levels; ++l)
    options.levels_V.push_back(in_.conditions.vdd_v * l / (options_.levels - 1));
  const auto all = decays(*in_.decay, in_.conditions.temp_c);
  RetentionFit fit = fitRetention(all, staticCurves(), options);
  for (const auto& w : fit.warnings) warn(w);
  const char* rails[] = {"low", "high"};
  const model::PerRail to_e = model::timeToOneOverE(fit.retention);
  for (std::size_t i = 0; i < 2; ++i) {
    const ExponentialFit& e = fit.exponentials[i];
    parameter(fmt::format("tau from the {} rail", rails[i]), "ms", e.tau * 1e3, 1.96 * e.tau_sigma * 1e3, 5.0);
    parameter(fmt::format("time to 1/e from the {} rail", rails[i]), "ms", 1e3 * (i ? to_e.high : to_e.low));
    // Where the static currents balance is no fitted number.
    const auto half_width = e.end_sigma > 0 ? std::optional(1.96 * e.end_sigma) : std::nullopt;
    parameter(fmt::format("end voltage from the {} rail", rails[i]), "V", e.end, half_width, 0.45);
    parameter(fmt::format("residual from the {} rail", rails[i]), "%", 100 * e.residual);
  }
  parameter("decay prediction, largest error", "%", 100 * fit.prediction_error);
  for (const auto& t : fit.retention.temperatures) {
    const model::Retention there = model::retentionAt(fit.retention, t.temp_c);
    for (const bool high : {false, true})
      if (const auto time = model::timeToDrift(there, high ? in_.conditions.vdd_v : 0, options.half_level_V,
                                               kLongestHold * std::max(t.tau_s.low, t.tau_s.high)))
        parameter(fmt::format("half a level from the {} rail at {:g} C", rails[high], t.temp_c), "us", 1e6 * *time);
  }
  if (const std::string why = betweenTwo(fit.retention.temperatures); !why.empty()) warn(why);
  Table t;
  t.columns = {"v_start_V", "t_s", "v_storage_V", "model_V", "residual_V"};
  double longest = 0;
  for (const Decay& d : all) {
    if (std::fabs(d.temp_c - options.temp_c) > 0.01) continue;
    longest = std::max(longest, d.t.back());
    for (std::size_t i = 0; i < d.t.size(); ++i) {
      const double m = model::decayed(fit.retention, d.v.front(), d.t[i] - d.t.front());
      t.addRow({d.v_start, d.t[i], d.v[i], m, d.v[i] - m});
    }
  }
  out_.report.residuals["retention"] = std::move(t);
  model_.validity.hold_s = {0, longest};
  if (in_.transient) checkAgainstTransient(fit.retention, options.half_level_V);
  model_.retention = std::move(fit.retention);
}

StaticCurves Run::staticCurves() const {
  StaticCurves out;
  if (!in_.leakage) return out;
  const Table& t = *in_.leakage;
  const auto v = t.values("v_storage_V"), i = t.values("i_leak_A"), c = t.values("c_storage_F");
  const bool states = std::find(t.columns.begin(), t.columns.end(), "temp_c") != t.columns.end();
  const auto temp = states ? t.values("temp_c") : std::vector<double>(v.size(), in_.conditions.temp_c);
  std::map<double, std::map<double, std::size_t>> rows;  // by temperature and voltage
  for (std::size_t k = 0; k < v.size(); ++k) rows[temp[k]][v[k]] = k;
  for (const auto& [at, sorted] : rows) {
    std::vector<double> here;
    for (const auto& [voltage, k] : sorted) here.push_back(c[k]);
    model::LeakageCurve& curve = out[at];
    // The file has one capacitance; currents are scaled so that I/C is right at every voltage.
    curve.capacitance_F = median(here);
    for (const auto& [voltage, k] : sorted) {
      curve.voltage_V.push_back(voltage);
      curve.current_A.push_back(i[k] * curve.capacitance_F / c[k]);
    }
  }
  return out;
}

/// Decays of the model against transient simulations of the floating node, at every temperature that was simulated.
void Run::checkAgainstTransient(const model::Retention& retention, double half_level) {
  Table t = *in_.transient;
  t.columns[t.column("v_transient_V")] = "v_storage_V";
  Table by_level;
  by_level.columns = {"temp_c",          "v_start_V",    "window_s",          "largest_error_V",
                      "share_of_supply", "half_level_s", "half_level_model_s"};
  double worst = 0, worst_time = 0;
  for (const Decay& d : decays(t, in_.conditions.temp_c)) {
    const bool own = std::fabs(d.temp_c - in_.conditions.temp_c) < 0.01;
    if (!own && retention.temperatures.empty()) continue;
    const model::Retention there = own ? retention : model::retentionAt(retention, d.temp_c);
    double most = 0;
    for (std::size_t i = 0; i < d.t.size(); ++i)
      most = std::max(most, std::fabs(model::decayed(there, d.v.front(), d.t[i] - d.t.front()) - d.v[i]));
    const double followed = d.t.back() - d.t.front(), simulated = timeToLose(d, half_level);
    const double predicted =
        model::timeToDrift(there, d.v.front(), half_level, kLongestHold * followed).value_or(HUGE_VAL);
    if (std::isfinite(simulated)) worst_time = std::max(worst_time, std::fabs(predicted / simulated - 1));
    by_level.addRow({d.temp_c, d.v_start, followed, most, most / in_.conditions.vdd_v, simulated,
                     std::isfinite(simulated) ? predicted : std::nan("")});
    worst = std::max(worst, most);
    if (own) model_.validity.hold_s[1] = std::max(model_.validity.hold_s[1], followed);
  }
  out_.report.residuals["retention_transient"] = std::move(by_level);
  const double share = worst / in_.conditions.vdd_v;
  parameter("decay against transient, largest error", "%", 100 * share);
  parameter("half-level time against transient, largest error", "%", 100 * worst_time);
  if (share > 0.02)
    warn(fmt::format("the predicted decay misses the transient simulation by {:.1f} % of the supply", 100 * share));
  if (worst_time > 0.05)
    warn(fmt::format("the predicted time to lose half a level misses the transient simulation by {:.1f} %",
                     100 * worst_time));
}

}  // namespace gaincell::fit
