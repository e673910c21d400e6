// Storage decay: model, report, and the check against transients.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "gaincell/fit/retention.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/model/evaluate.hpp"
#include "run.hpp"

namespace gaincell::fit {

using support::Table;

void Run::retention() {
  RetentionOptions options;
  options.temp_c = in_.conditions.temp_c;
  options.half_level_V = in_.conditions.vdd_v / (2 * (options_.levels - 1));
  for (int l = 0; l < options_.levels; ++l)
    options.levels_V.push_back(in_.conditions.vdd_v * l / (options_.levels - 1));
  const auto all = decays(*in_.decay, in_.conditions.temp_c);
  std::optional<model::LeakageCurve> curve;
  if (in_.leakage) {
    curve.emplace();
    // The file has one capacitance; currents are scaled so that I/C is right at every voltage.
    const auto v = in_.leakage->values("v_storage_V"), i = in_.leakage->values("i_leak_A");
    const auto c = in_.leakage->values("c_storage_F");
    curve->capacitance_F = median(c);
    std::map<double, double> sorted;
    for (std::size_t k = 0; k < v.size(); ++k) sorted[v[k]] = i[k] * curve->capacitance_F / c[k];
    for (const auto& [at, current] : sorted) curve->voltage_V.push_back(at), curve->current_A.push_back(current);
  }
  RetentionFit fit = fitRetention(all, curve, options);
  if (in_.retention_samples) tauSpread(fit.retention);
  for (const auto& w : fit.warnings) warn(w);
  const char* rails[] = {"low", "high"};
  for (std::size_t i = 0; i < 2; ++i) {
    const ExponentialFit& e = fit.exponentials[i];
    parameter(fmt::format("tau from the {} rail", rails[i]), "ms", e.tau * 1e3, 1.96 * e.tau_sigma * 1e3, 5.0);
    // Where the static currents balance is no fitted number.
    const auto half_width = e.end_sigma > 0 ? std::optional(1.96 * e.end_sigma) : std::nullopt;
    parameter(fmt::format("end voltage from the {} rail", rails[i]), "V", e.end, half_width, 0.45);
    parameter(fmt::format("residual from the {} rail", rails[i]), "%", 100 * e.residual);
  }
  parameter("decay prediction, largest error", "%", 100 * fit.prediction_error);
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
  if (in_.transient) checkAgainstTransient(fit.retention);
  model_.retention = std::move(fit.retention);
}

void Run::tauSpread(model::Retention& retention) {
  const TauSpread spread = fitTauSpread(*in_.retention_samples);
  retention.log_sigma = spread.log_sigma;
  parameter("spread of tau: sigma of ln(tau)", "", spread.log_sigma, 1.96 * spread.standard_error);
  parameter("spread of tau: normality of ln(tau), p", "", spread.normality_p);
  if (spread.normality_p < 0.01)
    warn(fmt::format("tau is not log-normal over the samples (p = {:.2g}): log_sigma says how wide, not what shape",
                     spread.normality_p));
}

/// Decays integrated from static currents against transient simulations of the floating node.
void Run::checkAgainstTransient(const model::Retention& retention) {
  Table t = *in_.transient;
  t.columns[t.column("v_transient_V")] = "v_storage_V";
  Table by_level;
  by_level.columns = {"v_start_V", "window_s", "largest_error_V", "share_of_supply"};
  double worst = 0;
  for (const Decay& d : decays(t, in_.conditions.temp_c)) {
    double most = 0;
    for (std::size_t i = 0; i < d.t.size(); ++i)
      most = std::max(most, std::fabs(model::decayed(retention, d.v.front(), d.t[i] - d.t.front()) - d.v[i]));
    const double followed = d.t.back() - d.t.front();
    by_level.addRow({d.v_start, followed, most, most / in_.conditions.vdd_v});
    worst = std::max(worst, most);
    model_.validity.hold_s[1] = std::max(model_.validity.hold_s[1], followed);
  }
  out_.report.residuals["retention_transient"] = std::move(by_level);
  const double share = worst / in_.conditions.vdd_v;
  parameter("decay against transient, largest error", "%", 100 * share);
  if (share > 0.02)
    warn(fmt::format("the predicted decay misses the transient simulation by {:.1f} % of the supply", 100 * share));
}

}  // namespace gaincell::fit
