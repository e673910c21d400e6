#include <doctest/doctest.h>

#include "gaincell/fit/regression.hpp"
#include "gaincell/fit/retention.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"
#include "synthetic.hpp"

using namespace gaincell::fit;
using gaincell::support::Error;

namespace {
Decay exponential(double v0, double end, double tau, double noise, std::uint64_t repeat, double until = 0.02) {
  Decay d;
  d.v_start = v0;
  for (std::uint64_t i = 0; i <= 100; ++i) {
    const double t = until * static_cast<double>(i) / 100;
    d.t.push_back(t);
    d.v.push_back(end + (v0 - end) * std::exp(-t / tau) + noise * synthetic::noise("decay", repeat, i));
  }
  return d;
}

/// dV/dt = -(y/tau)(1 + 12 y^2), y = V - 0.43: leaks faster at the rails. Classical Runge-Kutta.
Decay bent(double v0, double temp_factor = 1) {
  Decay d;
  d.v_start = v0;
  double v = v0;
  const auto f = [&](double x) { return -(x - 0.43) / (8e-3 * temp_factor) * (1 + 12 * (x - 0.43) * (x - 0.43)); };
  constexpr double h = 1e-5;
  for (int i = 0; i <= 1000; ++i) {
    if (i % 10 == 0) d.t.push_back(i * h), d.v.push_back(v);
    const double k1 = f(v), k2 = f(v + h / 2 * k1), k3 = f(v + h / 2 * k2), k4 = f(v + h * k3);
    v += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return d;
}
}  // namespace

TEST_CASE("tau and end voltage come back within their stated errors at the stated rate") {
  constexpr int kRepeats = 400;
  int tau = 0, end = 0;
  for (int r = 0; r < kRepeats; ++r) {
    const ExponentialFit fit = fitExponential(exponential(0.9, 0.41, 5e-3, 2e-3, static_cast<std::uint64_t>(r)));
    tau += std::fabs(fit.tau - 5e-3) <= 1.96 * fit.tau_sigma;
    end += std::fabs(fit.end - 0.41) <= 1.96 * fit.end_sigma;
  }
  CHECK_MESSAGE(synthetic::atStatedRate(tau, kRepeats, 0.95), "tau ", tau);
  CHECK_MESSAGE(synthetic::atStatedRate(end, kRepeats, 0.95), "end ", end);
  const ExponentialFit exact = fitExponential(exponential(0.0, 0.44, 3e-3, 0, 0));
  CHECK(exact.tau == doctest::Approx(3e-3).epsilon(1e-6));
  CHECK(exact.end == doctest::Approx(0.44).epsilon(1e-6));
  CHECK(exact.residual < 1e-6);
}

TEST_CASE("tau towards a known end comes back within its stated error at the stated rate") {
  constexpr int kRepeats = 400;
  int tau = 0;
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    Decay d = exponential(0.9, 0.41, 5e-3, 2e-3, r, 4e-3);
    d.v.front() = 0.9;  // what was written is known
    const ExponentialFit fit = fitExponential(d, 0.41);
    CHECK(fit.end_sigma == 0);
    tau += std::fabs(fit.tau - 5e-3) <= 1.96 * fit.tau_sigma;
  }
  CHECK_MESSAGE(synthetic::atStatedRate(tau, kRepeats, 0.95), "tau ", tau);
}

TEST_CASE("a leakage curve from noisy decays predicts the true ones within its stated error") {
  constexpr int kRepeats = 60;
  constexpr double kNoise = 1e-3;  // V
  RetentionOptions options;
  int hits = 0;
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    std::vector<Decay> truth, seen;
    std::uint64_t n = 0;
    for (const double v : {0.0, 0.2, 0.4, 0.6, 0.9}) {
      truth.push_back(bent(v));
      seen.push_back(truth.back());
      for (std::size_t i = 1; i < seen.back().v.size(); ++i)
        seen.back().v[i] += kNoise * synthetic::noise("bent", r, n++);
    }
    const RetentionFit fit = fitRetention(seen, {}, options);
    double worst = 0;
    for (const Decay& d : truth)
      for (std::size_t i = 0; i < d.t.size(); ++i)
        worst = std::max(worst, std::fabs(gaincell::model::decayed(fit.retention, d.v.front(), d.t[i]) - d.v[i]));
    // The error is stated against the noisy data, of the swing of 0.9 V: it cannot see less than their noise.
    hits += worst <= fit.prediction_error * 0.9 + kNoise;
  }
  CHECK_MESSAGE(hits >= 0.95 * kRepeats, "hits ", hits);
}

TEST_CASE("data that show no decay are refused") {
  CHECK_THROWS_AS(fitExponential(exponential(0.45, 0.45, 5e-3, 0, 0)), Error);
  Decay four{0.9, 27, {0, 1, 2, 3}, {1, 0.9, 0.8, 0.7}};
  CHECK_THROWS_AS(fitExponential(four), Error);
  gaincell::support::Table t;
  t.columns = {"v_start_V", "t_s", "v_storage_V"};
  t.rows = {{0.9, 0, 0.9}, {0.9, 0, 0.8}};
  CHECK_THROWS_WITH_AS(decays(t, 27), doctest::Contains("do not increase"), Error);
}

TEST_CASE("an exponential cell is called one, a bent one gets its leakage curve") {
  RetentionOptions options;
  options.levels_V = {0, 0.45, 0.9};
  const auto good = fitRetention({exponential(0, 0.42, 5e-3, 0, 0), exponential(0.9, 0.42, 5e-3, 0, 0)}, {}, options);
  CHECK(good.retention.exponential);
  CHECK(good.prediction_error < 1e-3);
  // Half a level, 0.9/14 V, of a swing of 0.48 V: t = -tau ln(1 - 0.0643/0.48).
  CHECK(good.retention.levels[2].half_level_s.value() ==
        doctest::Approx(-5e-3 * std::log(1 - 0.9 / 14 / 0.48)).epsilon(1e-3));
  CHECK_FALSE(good.retention.levels[1].half_level_s.has_value());

  std::vector<Decay> all;
  for (const double v : {0.0, 0.2, 0.4, 0.6, 0.9}) all.push_back(bent(v));
  const auto fit = fitRetention(all, {}, options);
  CHECK_FALSE(fit.retention.exponential);
  CHECK_MESSAGE(fit.prediction_error <= 0.02, "prediction error ", fit.prediction_error);
  CHECK(fit.warnings.size() >= 1);

  // The static curve of the same law predicts the decay, and a wrong one is noticed.
  gaincell::model::LeakageCurve curve{5e-15, {}, {}};
  for (int i = 0; i <= 90; ++i) {
    const double v = 0.01 * i, y = v - 0.43;
    curve.voltage_V.push_back(v);
    curve.current_A.push_back(-5e-15 * y / 8e-3 * (1 + 12 * y * y));
  }
  const auto checked = fitRetention(all, {{27, curve}}, options);
  CHECK(checked.cross_check < 0.002);
  for (double& i : curve.current_A) i *= 2;
  const auto wrong = fitRetention(all, {{27, curve}}, options);
  CHECK(wrong.cross_check > 0.02);
  CHECK(wrong.prediction_error <= 0.02);  // falls back on the decays themselves
}

namespace {

/// A cell whose gates tunnel at every temperature and whose write gate leaks near the rails as it gets hot, each rail
/// in its own way.
double hotRate(double v, double temp_c) {
  const double x = 1 / 8.617333262e-5 * (1 / 300.15 - 1 / (temp_c + 273.15));  // 1/eV
  return (0.47 - v) / 4e-3 + 200 * std::exp(-v / 0.03) * std::exp(0.42 * x) -
         100 * std::exp(-(0.9 - v) / 0.05) * std::exp(0.35 * x);
}

/// Over `window`, `points` of it. Classical Runge-Kutta.
Decay hotDecay(double v0, double temp_c, double window, int points = 100) {
  Decay d{v0, temp_c, {0}, {v0}};
  double v = v0;
  constexpr int kSteps = 100;  // between two points
  const double h = window / points / kSteps;
  for (int i = 1; i <= points; ++i) {
    for (int k = 0; k < kSteps; ++k) {
      const double k1 = hotRate(v, temp_c), k2 = hotRate(v + h / 2 * k1, temp_c), k3 = hotRate(v + h / 2 * k2, temp_c),
                   k4 = hotRate(v + h * k3, temp_c);
      v += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    d.t.push_back(window * i / points);
    d.v.push_back(v);
  }
  return d;
}

double hotTime(double v0, double temp_c) {
  constexpr int kSteps = 20000;
  const double step = (v0 < 0.45 ? 1 : -1) * 0.9 / 14 / kSteps;
  double t = 0;
  for (int i = 0; i < kSteps; ++i) t += step / hotRate(v0 + (i + 0.5) * step, temp_c);
  return t;
}

gaincell::model::LeakageCurve hotCurve(double temp_c) {
  gaincell::model::LeakageCurve c{1e-14, {}, {}};
  for (int i = 0; i <= 180; ++i) {
    c.voltage_V.push_back(0.005 * i);
    c.current_A.push_back(1e-14 * hotRate(0.005 * i, temp_c));
  }
  return c;
}

/// Largest relative error of the time to lose half a level, both rails, at the given temperatures.
double worstTime(const gaincell::model::Retention& r, std::initializer_list<double> temps) {
  namespace model = gaincell::model;
  double worst = 0;
  for (const double t : temps)
    for (const double v0 : {0.0, 0.9}) {
      const auto time = model::timeToDrift(model::retentionAt(r, t), v0, 0.9 / 14, 1.0);
      worst = std::max(worst, std::fabs(time.value_or(HUGE_VAL) / hotTime(v0, t) - 1));
    }
  return worst;
}

}  // namespace

TEST_CASE(
    "leakage over temperature: static curves and decays of three temperatures hold at all between, from both rails") {
  RetentionOptions options;
  options.levels_V = {0, 0.9};
  std::vector<Decay> all;
  StaticCurves curves;
  for (const double t : {27.0, 0.0, 85.0}) {
    curves[t] = hotCurve(t);
    for (const double v0 : {0.0, 0.2, 0.7, 0.9}) all.push_back(hotDecay(v0, t, 5e-3));
  }
  const auto fit = fitRetention(all, curves, options).retention;
  REQUIRE(fit.temperatures.size() == 3);
  CHECK(fit.temperatures[0].temp_c == 0);
  CHECK(fit.temperatures[2].temp_c == 85);
  CHECK(hotTime(0, 85) < 0.2 * hotTime(0, 27));    // what is judged moves with temperature,
  CHECK(hotTime(0, 85) < 0.7 * hotTime(0.9, 85));  // and is not the same at the two rails
  CHECK(worstTime(fit, {0, 10, 27, 45, 60, 85}) < 0.02);
  CHECK(betweenTwo(fit.temperatures).empty());
  // The reference is one of the temperatures, with the same curve.
  CHECK(fit.temperatures[1].leakage_curve->current_A == fit.leakage_curve->current_A);
  CHECK(fit.temperatures[1].tau_s.low == fit.tau_s.low);
  CHECK(betweenTwo({fit.temperatures[0], fit.temperatures[2]}).find("0 and 85 C") != std::string::npos);
}

TEST_CASE("leakage over temperature from decays alone, each followed for as long as it takes there") {
  RetentionOptions options;
  std::vector<Decay> all;
  for (const double t : {0.0, 27.0, 85.0})
    for (const double v0 : {0.0, 0.2, 0.7, 0.9}) all.push_back(hotDecay(v0, t, 30 * hotTime(0, t)));
  CHECK(worstTime(fitRetention(all, {}, options).retention, {0, 27, 45, 60, 85}) < 0.05);
}

TEST_CASE("a decay at one other temperature or from one rail only gives no law") {
  RetentionOptions options;
  std::vector<Decay> all = {hotDecay(0, 27, 5e-3), hotDecay(0.9, 27, 5e-3)};
  CHECK(fitRetention(all, {}, options).retention.temperatures.empty());
  all.push_back(hotDecay(0, 85, 1e-3));
  CHECK(fitRetention(all, {}, options).retention.temperatures.empty());
  all.push_back(hotDecay(0.9, 85, 1e-3));
  CHECK(fitRetention(all, {}, options).retention.temperatures.size() == 2);
  options.temp_c = 60;
  CHECK_THROWS_AS(fitRetention(all, {}, options), Error);
}

TEST_CASE("time constants far shorter than the time they were followed for are found") {
  for (const double tau : {3e-4, 1e-3, 5e-2}) {
    const ExponentialFit fit = fitExponential(exponential(0.9, 0.41, tau, 0, 0));
    CHECK(std::fabs(fit.tau / tau - 1) < 1e-4);
  }
}
