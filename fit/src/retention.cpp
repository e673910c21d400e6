#include "gaincell/fit/retention.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>

#include "faults.hpp"
#include "gaincell/fit/regression.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using support::Error;

namespace {

/// Sum of squares at a given tau, and the best linear parameters there.
struct AtTau {
  double sum = 0, amplitude = 0, end = 0;
};

AtTau solveAt(const std::vector<double>& t, const std::vector<double>& v, double tau, std::optional<double> fixed_end) {
  double e1 = 0, e2 = 0, y1 = 0, ey = 0;
  const double n = static_cast<double>(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double e = std::exp(-t[i] / tau);
    e1 += e;
    e2 += e * e;
    y1 += v[i];
    ey += e * v[i];
  }
  AtTau out;
  if (fixed_end) {
    out.end = *fixed_end;
    out.amplitude = v.front() - out.end;  // as the model is used: from the stored voltage towards the known end
  } else {
    const double det = n * e2 - e1 * e1;
    if (det <= 1e-14 * n * e2) return {HUGE_VAL, 0, 0};
    out.amplitude = (n * ey - e1 * y1) / det;
    out.end = (y1 - out.amplitude * e1) / n;
  }
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double d = v[i] - out.end - out.amplitude * std::exp(-t[i] / tau);
    out.sum += d * d;
  }
  return out;
}

/// Minimises over ln(tau): a coarse scan first, as the sum may have a flat side towards large tau.
double bestTau(const std::vector<double>& t, const std::vector<double>& v, std::optional<double> end) {
  const double span = t.back() - t.front();
  const auto sum = [&](double log_tau) { return solveAt(t, v, std::exp(log_tau), end).sum; };
  const double from = std::log(span / 300), to = std::log(span * 100);
  constexpr int kScan = 80;
  int best = 0;
  for (int i = 1; i <= kScan; ++i)
    if (sum(from + (to - from) * i / kScan) < sum(from + (to - from) * best / kScan)) best = i;
  double a = from + (to - from) * std::max(0, best - 1) / kScan,
         b = from + (to - from) * std::min(kScan, best + 1) / kScan;
  constexpr double kGolden = 0.6180339887498949;
  for (int i = 0; i < 70; ++i) {
    const double c = b - kGolden * (b - a), d = a + kGolden * (b - a);
    if (sum(c) < sum(d))
      b = d;
    else
      a = c;
  }
  return std::exp((a + b) / 2);
}

void standardErrors(ExponentialFit& fit, const std::vector<double>& t, double variance, bool end_free) {
  // With a known end tau is the only parameter; else amplitude and end are free as well.
  Eigen::MatrixXd j(static_cast<Eigen::Index>(t.size()), end_free ? 3 : 1);
  for (std::size_t i = 0; i < t.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const double e = std::exp(-t[i] / fit.tau);
    j(row, 0) = fit.amplitude * e * t[i] / fit.tau;  // derivative by ln(tau): same scale as the others
    if (end_free) j(row, 1) = e, j(row, 2) = 1;
  }
  const Eigen::MatrixXd c = (j.transpose() * j).ldlt().solve(Eigen::MatrixXd::Identity(j.cols(), j.cols())) * variance;
  fit.tau_sigma = fit.tau * std::sqrt(std::max(c(0, 0), 0.0));
  if (end_free) fit.end_sigma = std::sqrt(std::max(c(2, 2), 0.0));
}

/// Largest |model - data| over the decays, over the swing.
double predictionError(const model::Retention& r, const std::vector<const Decay*>& decays, double swing) {
  double most = 0;
  for (const Decay* d : decays)
    for (std::size_t i = 0; i < d->t.size(); ++i)
      most = std::max(most, std::fabs(model::decayed(r, d->v.front(), d->t[i] - d->t.front()) - d->v[i]));
  return most / swing;
}

/// What the exponential of `r` misses the time to lose half a level by, against its leakage curve, from the worse rail.
double halfLevelError(const model::Retention& r, double low, double high, double half_level) {
  model::Retention exponential = r, curve = r;
  exponential.exponential = true;
  curve.exponential = false;
  double worst = 0;
  for (const double rail : {low, high}) {
    const double longest = 10 * std::max(r.tau_s.low, r.tau_s.high);
    const auto is = model::timeToDrift(exponential, rail, half_level, longest);
    const auto should = model::timeToDrift(curve, rail, half_level, longest);
    if (is && should) worst = std::max(worst, std::fabs(*is / *should - 1));
  }
  return worst;
}

/// Where the leakage currents balance; none when the curve does not cross zero.
std::optional<double> equilibrium(const model::LeakageCurve& c) {
  for (std::size_t i = 1; i < c.voltage_V.size(); ++i)
    if (c.current_A[i - 1] > 0 && c.current_A[i] <= 0)
      return c.voltage_V[i - 1] +
             (c.voltage_V[i] - c.voltage_V[i - 1]) * c.current_A[i - 1] / (c.current_A[i - 1] - c.current_A[i]);
  return std::nullopt;
}

model::Retention exponentialRetention(const ExponentialFit& low, const ExponentialFit& high) {
  model::Retention r;
  r.tau_s = {low.tau, high.tau};
  r.end_V = {low.end, high.end};
  r.residual = {low.residual, high.residual};
  r.fit_window_low_s = {0, low.window};
  r.fit_window_high_s = {0, high.window};
  return r;
}

}  // namespace

std::vector<Decay> decays(const support::Table& table, double temp_c) {
  const std::size_t start = table.column("v_start_V"), time = table.column("t_s"), volt = table.column("v_storage_V");
  const auto temp = std::find(table.columns.begin(), table.columns.end(), "temp_c");
  std::map<std::pair<double, double>, Decay> by_start;
  for (const auto& row : table.rows) {
    if (!std::isfinite(row[time]) || !std::isfinite(row[volt])) continue;
    const double at =
        temp == table.columns.end() ? temp_c : row[static_cast<std::size_t>(temp - table.columns.begin())];
    Decay& d = by_start[{at, row[start]}];
    d.v_start = row[start];
    d.temp_c = at;
    if (!d.t.empty() && row[time] <= d.t.back())
      throw Error(kTimesNotIncreasing,
                  fmt::format("times of the decay from {} V do not increase at t = {} s", row[start], row[time]), "",
                  "sort the rows of each start by time");
    d.t.push_back(row[time]);
    d.v.push_back(row[volt]);
  }
  std::vector<Decay> out;
  out.reserve(by_start.size());
  for (auto& [key, d] : by_start) out.push_back(std::move(d));
  return out;
}

ExponentialFit fitExponential(const Decay& decay, std::optional<double> end) {
  if (decay.t.size() < 5)
    throw Error(kTooFewData,
                fmt::format("{} points cannot determine the decay from {} V", decay.t.size(), decay.v_start), "",
                "give at least 5 points");
  const auto [low, high] = std::minmax_element(decay.v.begin(), decay.v.end());
  const double swing = *high - *low;
  if (!(swing > 1e-6))
    throw Error(kNoDecay, fmt::format("the voltage does not decay from {} V", decay.v_start), "",
                "simulate a longer time");
  ExponentialFit fit;
  std::vector<double> t = decay.t, v = decay.v;
  for (double& x : t) x -= decay.t.front();
  // Two rounds: all data tell where 95 % of the swing has gone; the rest is dropped if enough points remain.
  for (int round = 0; round < 2; ++round) {
    fit.tau = bestTau(t, v, end);
    const AtTau solved = solveAt(t, v, fit.tau, end);
    fit.amplitude = solved.amplitude;
    fit.end = solved.end;
    fit.points = t.size();
    fit.window = t.back();
    const double n = static_cast<double>(t.size());
    const auto [lo, hi] = std::minmax_element(v.begin(), v.end());
    fit.residual = std::sqrt(solved.sum / n) / (*hi - *lo);
    standardErrors(fit, t, solved.sum / (n - (end ? 1 : 3)), !end);
    const double cut = 3 * fit.tau;  // exp(-3) = 5 %
    const auto keep = static_cast<std::size_t>(std::upper_bound(t.begin(), t.end(), cut) - t.begin());
    if (keep < 8 || keep == t.size()) break;
    t.resize(keep);
    v.resize(keep);
  }
  return fit;
}

namespace {

/// Straight across gaps, flat beyond the ends: every curve keeps all its nodes, so that two can be interpolated.
void fillGaps(model::LeakageCurve& curve) {
  auto& i = curve.current_A;
  const auto known = [&](std::size_t k) { return std::isfinite(i[k]); };
  for (std::size_t k = 0; k < i.size(); ++k) {
    if (known(k)) continue;
    std::size_t next = k;
    while (next < i.size() && !known(next)) ++next;
    const bool before = k > 0, after = next < i.size();
    const double from = before ? i[k - 1] : i[next], to = after ? i[next] : from;
    const std::size_t steps = next - k + 1;
    for (std::size_t g = k; g < next; ++g)
      i[g] = before && after ? from + (to - from) * static_cast<double>(g - k + 1) / static_cast<double>(steps) : to;
  }
}

}  // namespace

model::LeakageCurve leakageFromDecays(const std::vector<Decay>& all, double capacitance, int nodes) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  std::vector<std::pair<double, double>> slope;  // V, dV/dt
  for (const Decay& d : all)
    for (std::size_t i = 0; i < d.t.size(); ++i) {
      low = std::min(low, d.v[i]);
      high = std::max(high, d.v[i]);
      if (i) slope.emplace_back((d.v[i] + d.v[i - 1]) / 2, (d.v[i] - d.v[i - 1]) / (d.t[i] - d.t[i - 1]));
    }
  if (slope.size() < 5 || !(high > low))
    throw Error(kTooFewData, "too few decay points for a leakage curve", "",
                "give decays from both rails with at least 5 points");
  std::sort(slope.begin(), slope.end());
  model::LeakageCurve out;
  out.capacitance_F = capacitance;
  const double bin = (high - low) / (nodes - 1);
  for (int k = 0; k < nodes; ++k) {
    // A straight line through the neighbours of the node, weighted by their distance, read off at the node.
    const double at = low + bin * k;
    double w = 0, x1 = 0, x2 = 0, y1 = 0, xy = 0;
    for (const auto& [v, dvdt] : slope) {
      const double x = (v - at) / (1.5 * bin);
      if (std::fabs(x) >= 1) continue;
      const double weight = 1 - std::fabs(x);
      w += weight;
      x1 += weight * x;
      x2 += weight * x * x;
      y1 += weight * dvdt;
      xy += weight * x * dvdt;
    }
    out.voltage_V.push_back(at);
    if (w <= 0) {
      out.current_A.push_back(std::nan(""));  // a gap in the data
      continue;
    }
    const double det = w * x2 - x1 * x1;
    const double y = det > 1e-6 * w * w ? (x2 * y1 - x1 * xy) / det : y1 / w;
    out.current_A.push_back(capacitance * y);
  }
  fillGaps(out);
  return out;
}

namespace {

constexpr double kSameTemperature = 0.01;  // K

/// What the decays at one temperature say.
RetentionFit fitOneTemperature(const std::vector<Decay>& all, const StaticCurves& static_curves,
                               const RetentionOptions& options) {
  std::vector<const Decay*> here;
  std::vector<Decay> copies;
  for (const Decay& d : all)
    if (std::fabs(d.temp_c - options.temp_c) < kSameTemperature) here.push_back(&d), copies.push_back(d);
  if (here.size() < 2)
    throw Error(
        kTooFewData,
        fmt::format("retention needs decays from both rails at {} C; there are {}", options.temp_c, here.size()), "",
        "simulate both rails, or give --temp");
  std::optional<model::LeakageCurve> static_curve;
  for (const auto& [temp, curve] : static_curves)
    if (std::fabs(temp - options.temp_c) < kSameTemperature) static_curve = curve;
  const Decay& low =
      **std::min_element(here.begin(), here.end(), [](auto* a, auto* b) { return a->v_start < b->v_start; });
  const Decay& high =
      **std::max_element(here.begin(), here.end(), [](auto* a, auto* b) { return a->v_start < b->v_start; });
  RetentionFit out;
  // A bent decay slows down near its end: a free end voltage would then lie short of the true one, so where the balance
  // of the static currents is known it is the end of both.
  const std::optional<double> end = static_curve ? equilibrium(*static_curve) : std::nullopt;
  out.exponentials = {fitExponential(low, end), fitExponential(high, end)};
  model::Retention r = exponentialRetention(out.exponentials[0], out.exponentials[1]);
  const double swing = high.v.front() - low.v.front();
  double window = 0;
  for (const Decay* d : here) window = std::max(window, d->t.back() - d->t.front());
  for (std::size_t i = 0; i < 2; ++i)
    if (!end && out.exponentials[i].window < out.exponentials[i].tau)
      out.warnings.push_back(fmt::format(
          "the decay from the {} rail was seen for {:.2g} time constants only: tau and end voltage are uncertain",
          i ? "high" : "low", out.exponentials[i].window / out.exponentials[i].tau));

  const double exponential_error = predictionError(r, here, swing);
  out.prediction_error = exponential_error;
  model::Retention measured = r, fixed = r;
  measured.exponential = fixed.exponential = false;
  measured.leakage_curve =
      leakageFromDecays(copies, static_curve ? static_curve->capacitance_F : options.capacitance_F);
  const double measured_error = predictionError(measured, here, swing);
  r.leakage_curve = measured.leakage_curve;
  double curve_error = measured_error;
  if (static_curve) {
    fixed.leakage_curve = static_curve;
    out.cross_check = predictionError(fixed, here, swing);
    if (out.cross_check > 0.02)
      out.warnings.push_back(fmt::format(
          "the static leakage curve misses the transient decay by up to {:.1f} % of the swing", 100 * out.cross_check));
    if (out.cross_check <= measured_error) r.leakage_curve = static_curve, curve_error = out.cross_check;
  }
  // 2 % of the swing are a third of half a level: an exponential within them may still lose that half far too late.
  const double time_error = halfLevelError(r, low.v.front(), high.v.front(), options.half_level_V);
  r.exponential = std::max({r.residual.low, r.residual.high, exponential_error}) <= options.exponential_limit &&
                  time_error <= options.half_level_limit;
  if (!r.exponential) {
    out.prediction_error = curve_error;
    out.warnings.push_back(fmt::format(
        "the decay is not exponential (misses by up to {:.1f} % of the swing, the time to lose half a level "
        "by {:.0f} %): the leakage curve is used, error {:.2f} %",
        100 * exponential_error, 100 * time_error, 100 * curve_error));
  }
  for (const double level : options.levels_V)
    r.levels.push_back({level, model::timeToDrift(r, level, options.half_level_V, window), window});
  out.retention = std::move(r);
  return out;
}

/// Temperatures other than the reference with decays from at least two voltages.
std::vector<double> otherTemperatures(const std::vector<Decay>& all, double reference) {
  std::map<double, int> decays_at;
  for (const Decay& d : all)
    if (std::fabs(d.temp_c - reference) >= kSameTemperature) ++decays_at[d.temp_c];
  std::vector<double> out;
  for (const auto& [temp, n] : decays_at)
    if (n >= 2) out.push_back(temp);
  return out;
}

}  // namespace

RetentionFit fitRetention(const std::vector<Decay>& all, const StaticCurves& static_curves,
                          const RetentionOptions& options) {
  RetentionFit out = fitOneTemperature(all, static_curves, options);
  std::vector<model::RetentionAtTemperature> list = {model::asTemperature(out.retention, options.temp_c)};
  for (const double temp : otherTemperatures(all, options.temp_c)) {
    RetentionOptions there = options;
    there.temp_c = temp;
    const RetentionFit fit = fitOneTemperature(all, static_curves, there);
    list.push_back(model::asTemperature(fit.retention, temp));
    if (fit.prediction_error > options.exponential_limit)
      out.warnings.push_back(fmt::format("the decay at {:g} C is missed by up to {:.1f} % of the swing", temp,
                                         100 * fit.prediction_error));
  }
  joinTemperatures(out.retention.temperatures, list);
  return out;
}

void joinTemperatures(std::vector<model::RetentionAtTemperature>& to,
                      const std::vector<model::RetentionAtTemperature>& from) {
  std::map<double, model::RetentionAtTemperature> all;
  for (const auto& list : {to, from})
    for (const auto& t : list)
      if (std::none_of(all.begin(), all.end(),
                       [&](const auto& x) { return std::fabs(x.first - t.temp_c) < kSameTemperature; }))
        all.emplace(t.temp_c, t);
  to.clear();
  if (all.size() < 2) return;
  for (auto& [temp, decay] : all) to.push_back(std::move(decay));
}

std::string betweenTwo(const std::vector<model::RetentionAtTemperature>& t) {
  if (t.size() != 2) return {};
  return fmt::format(
      "the storage decay is known at {:g} and {:g} C only: between them all leakage is taken to follow Arrhenius; a "
      "third temperature tells what does not",
      t[0].temp_c, t[1].temp_c);
}

}  // namespace gaincell::fit
