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
    const RetentionFit fit = fitRetention(seen, std::nullopt, options);
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
  const auto good =
      fitRetention({exponential(0, 0.42, 5e-3, 0, 0), exponential(0.9, 0.42, 5e-3, 0, 0)}, std::nullopt, options);
  CHECK(good.retention.exponential);
  CHECK(good.prediction_error < 1e-3);
  // Half a level, 0.9/14 V, of a swing of 0.48 V: t = -tau ln(1 - 0.0643/0.48).
  CHECK(good.retention.levels[2].half_level_s.value() ==
        doctest::Approx(-5e-3 * std::log(1 - 0.9 / 14 / 0.48)).epsilon(1e-3));
  CHECK_FALSE(good.retention.levels[1].half_level_s.has_value());

  std::vector<Decay> all;
  for (const double v : {0.0, 0.2, 0.4, 0.6, 0.9}) all.push_back(bent(v));
  const auto fit = fitRetention(all, std::nullopt, options);
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
  const auto checked = fitRetention(all, curve, options);
  CHECK(checked.cross_check < 0.002);
  for (double& i : curve.current_A) i *= 2;
  const auto wrong = fitRetention(all, curve, options);
  CHECK(wrong.cross_check > 0.02);
  CHECK(wrong.prediction_error <= 0.02);  // falls back on the decays themselves
}

TEST_CASE("the activation energy comes back within its stated interval at the stated rate") {
  const double k = 8.617333262e-5;
  const std::vector<double> temps = {0, 27, 60, 85};
  constexpr int kRepeats = 800;
  int hits = 0;
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    std::vector<std::pair<double, double>> tau;
    for (std::size_t i = 0; i < temps.size(); ++i)
      tau.emplace_back(temps[i], 5e-3 * std::exp(0.45 / k * (1 / (temps[i] + 273.15) - 1 / 300.15) +
                                                 0.05 * synthetic::noise("arrhenius", r, i)));
    const auto law = fitArrhenius(tau, 27);
    REQUIRE(law.activation_energy_sigma_eV.has_value());
    hits += std::fabs(law.activation_energy_eV - 0.45) <= studentFactor(2) * *law.activation_energy_sigma_eV;
  }
  CHECK_MESSAGE(synthetic::atStatedRate(hits, kRepeats, 0.95), "hits ", hits);
  CHECK_FALSE(fitArrhenius({{27, 5e-3}, {85, 3e-3}}, 27).activation_energy_sigma_eV.has_value());
}

TEST_CASE("Arrhenius comes back") {
  const double k = 8.617333262e-5;
  std::vector<std::pair<double, double>> tau;
  for (const double t : {0.0, 27.0, 60.0, 85.0})
    tau.emplace_back(t, 5e-3 * std::exp(0.45 / k * (1 / (t + 273.15) - 1 / 300.15)));
  const auto law = fitArrhenius(tau, 27);
  CHECK(law.activation_energy_eV == doctest::Approx(0.45).epsilon(1e-6));
  CHECK(law.residual < 1e-9);
  CHECK(law.range_c == std::array<double, 2>{0, 85});
  CHECK_THROWS_AS(fitArrhenius({{27, 5e-3}}, 27), Error);
  CHECK_THROWS_AS(fitArrhenius({{27, 5e-3}, {27, 6e-3}}, 27), Error);
}
