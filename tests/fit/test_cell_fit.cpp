#include <doctest/doctest.h>

#include "gaincell/fit/cell.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"
#include "synthetic.hpp"

using namespace gaincell::fit;
using gaincell::support::Error;

namespace {
const std::vector<double> kCubic = {-0.5e-6, -13.6e-6, 2.6e-6, -46e-6};  // A/V^k, into the bit line

std::vector<Pulse> cubicData(std::uint64_t repeat, double noise_charge) {
  std::vector<Pulse> out;
  std::uint64_t n = 0;
  for (int l = 0; l <= 18; ++l)
    for (const double t : {5e-9, 15e-9}) {
      const double v = 0.05 * l;
      out.push_back(
          {v, t, 0.45,
           synthetic::polynomial(kCubic, v - 0.45) * t + noise_charge * synthetic::noise("cubic", repeat, n++)});
    }
  return out;
}

/// A cell with order 5, edge charge, and a conductance that changes with the bit line.
const struct {
  std::vector<double> current = {-0.5e-6, -13.6e-6, 2.6e-6, -46e-6, 0, 30e-6}, edge = {0.12e-15, -0.3e-15},
                      conductance = {6e-6, 0, 40e-6}, slope = {0, -20e-6};
} kExtended;

std::vector<Pulse> extendedData(double noise_charge, bool bit_line, std::uint64_t repeat = 0) {
  std::vector<Pulse> out;
  std::uint64_t n = 0;
  for (int l = 0; l <= 18; ++l)
    for (const double t : {1e-9, 4e-9, 9e-9, 15e-9})
      for (const double bl : bit_line ? std::vector<double>{0.35, 0.45, 0.55} : std::vector<double>{0.45}) {
        const double v = 0.05 * l, y = v - 0.45, d = bl - 0.45;
        const double g =
            synthetic::polynomial(kExtended.conductance, y) + synthetic::polynomial(kExtended.slope, y) * d;
        const double q =
            synthetic::polynomial(kExtended.edge, y) + (synthetic::polynomial(kExtended.current, y) - g * d) * t;
        out.push_back({v, t, bl, q + noise_charge * synthetic::noise("extended", repeat, n++)});
      }
  return out;
}
}  // namespace

TEST_CASE("the cubic comes back within its stated intervals at the stated rate") {
  constexpr int kRepeats = 800;
  int hits[4] = {};
  for (int r = 0; r < kRepeats; ++r) {
    const CellFit fit = fitCubic(cubicData(static_cast<std::uint64_t>(r), 2e-15), 0.45, 0.45);
    for (std::size_t k = 0; k < 4; ++k)
      hits[k] += std::fabs(fit.cell.coefficients_uA[k] * 1e-6 - kCubic[k]) <= confidenceHalfWidth(fit.regression, k);
  }
  for (const int h : hits) CHECK_MESSAGE(synthetic::atStatedRate(h, kRepeats, 0.95), "hits ", h);
}

TEST_CASE("the figures of the cubic mean what they say") {
  const CellFit exact = fitCubic(cubicData(0, 0), 0.45, 0.45);
  CHECK(exact.cell.coefficients_uA[3] == doctest::Approx(-46).epsilon(1e-10));
  CHECK(exact.cell.nrmse < 1e-12);
  CHECK(exact.cell.full_scale_uA == doctest::Approx(std::fabs(synthetic::polynomial(kCubic, -0.45)) * 1e6));
  CHECK(exact.cell.domain_V == std::array<double, 2>{0, 0.9});
  const CellFit noisy = fitCubic(cubicData(0, 2e-15), 0.45, 0.45);
  const double most = std::fabs(synthetic::polynomial(kCubic, -0.45)) * 15e-9;
  CHECK(noisy.cell.nrmse == doctest::Approx(2e-15 / most).epsilon(0.3));
  CHECK(noisy.cell.covariance[1][1] > 0);
}

TEST_CASE("cubic data that do not determine it are refused") {
  std::vector<Pulse> three;
  for (const double v : {0.0, 0.45, 0.9})
    for (const double t : {5e-9, 10e-9, 15e-9}) three.push_back({v, t, 0.45, 1e-15});
  CHECK_THROWS_WITH_AS(fitCubic(three, 0.45, 0.45), doctest::Contains("do not determine"), Error);
  CHECK_THROWS_AS(fitCubic({three.begin(), three.begin() + 4}, 0.45, 0.45), Error);
}

TEST_CASE("the extended form finds the terms that are there, and what they are worth") {
  const auto form = fitExtended(extendedData(1e-17, true), 0.45, 0.45).cell;
  CHECK(form.current_uA.size() >= 6);
  REQUIRE(form.edge_charge_fC.size() >= 2);
  CHECK(form.edge_charge_fC[0] == doctest::Approx(0.12).epsilon(0.05));
  CHECK(form.edge_charge_fC[1] == doctest::Approx(-0.3).epsilon(0.1));
  REQUIRE(form.conductance_uS.size() >= 3);
  CHECK(form.conductance_uS[0] == doctest::Approx(6).epsilon(0.02));
  REQUIRE(form.conductance_slope.has_value());
  CHECK(form.conductance_slope->slope_uS_per_V[1] == doctest::Approx(-20).epsilon(0.05));
  CHECK(form.nrmse < 3e-4);
  for (const auto& term : form.terms) {
    CHECK(term.kept);
    CHECK(term.nrmse_with < term.nrmse_without);
  }
}

TEST_CASE("every coefficient of the extended form comes back within its stated interval at the stated rate") {
  const double noise = 2e-17;  // C
  const gaincell::model::ExtendedCell form = fitExtended(extendedData(noise, true), 0.45, 0.45).cell;
  // The truth in the orders the fit has chosen: what is above them, or not there, is zero.
  const auto padded = [](std::vector<double> c, std::size_t n) {
    c.resize(std::max(n, c.size()), 0.0);
    return c;
  };
  REQUIRE(form.conductance_slope.has_value());
  const std::vector<std::vector<double>> truth = {
      padded(kExtended.current, form.current_uA.size()), padded(kExtended.edge, form.edge_charge_fC.size()),
      padded(kExtended.conductance, form.conductance_uS.size()),
      padded(kExtended.slope, form.conductance_slope->slope_uS_per_V.size())};
  REQUIRE(form.current_uA.size() >= kExtended.current.size());
  REQUIRE(form.conductance_slope->slope_uS_per_V.size() >= kExtended.slope.size());
  ExtendedOptions options;
  options.like = form;
  constexpr int kRepeats = 250;
  std::vector<std::vector<int>> hits;
  for (const auto& part : truth) hits.emplace_back(part.size(), 0);
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    const ExtendedFit fit = fitExtended(extendedData(noise, true, r + 1), 0.45, 0.45, options);
    const double t = studentFactor(fit.regression.points - fit.regression.coefficients.size());
    const gaincell::model::ExtendedErrors& sigma = *fit.cell.standard_errors;
    const auto count = [&](std::size_t part, const std::vector<double>& value, const std::vector<double>& error,
                           double unit) {
      REQUIRE(value.size() == truth[part].size());
      for (std::size_t k = 0; k < value.size(); ++k)
        hits[part][k] += std::fabs(value[k] - truth[part][k] * unit) <= t * error[k];
    };
    count(0, fit.cell.current_uA, sigma.current_uA, 1e6);
    count(1, fit.cell.edge_charge_fC, sigma.edge_charge_fC, 1e15);
    count(2, fit.cell.conductance_uS, sigma.conductance_uS, 1e6);
    count(3, fit.cell.conductance_slope->slope_uS_per_V, sigma.slope_uS_per_V, 1e6);
  }
  for (std::size_t part = 0; part < hits.size(); ++part)
    for (std::size_t k = 0; k < hits[part].size(); ++k)
      CHECK_MESSAGE(synthetic::atStatedRate(hits[part][k], kRepeats, 0.95), "part ", part, ", power ", k, ": ",
                    hits[part][k]);
}

TEST_CASE("conductance from static currents comes back within its stated interval at the stated rate") {
  const std::vector<double> g = {8e-6, 3e-6, 30e-6, -5e-6, 40e-6};
  constexpr int kRepeats = 400;
  std::vector<int> hits(g.size(), 0);
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    std::vector<Pulse> data;
    std::uint64_t n = 0;
    for (int l = 0; l <= 18; ++l)
      for (const double v_bl : {0.35, 0.45, 0.55}) {
        const double y = 0.05 * l - 0.45;
        const double current = synthetic::polynomial(kCubic, y) - synthetic::polynomial(g, y) * (v_bl - 0.45) +
                               2e-9 * synthetic::noise("static", r, n++);
        data.push_back({y + 0.45, 1e-9, v_bl, current * 1e-9});
      }
    const StaticConductance fit = staticConductance(data, 0.45, 0.45);
    const double t = studentFactor(data.size() - 14);
    for (std::size_t k = 0; k < g.size(); ++k)
      hits[k] += std::fabs(fit.conductance_uS[k] - 1e6 * g[k]) <= t * fit.sigma_uS[k];
  }
  for (const int h : hits) CHECK_MESSAGE(synthetic::atStatedRate(h, kRepeats, 0.95), "hits ", h);
}

TEST_CASE("node coupling comes back within its stated interval at the stated rate") {
  constexpr int kRepeats = 400;
  constexpr double kGain = 0.04;
  int hits = 0;
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    std::vector<Pulse> fixed, transient;
    std::uint64_t n = 0;
    for (int l = 0; l <= 36; ++l) {
      const double y = 0.025 * l - 0.45;
      fixed.push_back({y + 0.45, 15e-9, 0.45,
                       15e-9 * (synthetic::polynomial(kCubic, y) + 2e-8 * synthetic::noise("fixed", r, n++))});
      for (const double t : {5e-9, 15e-9})
        transient.push_back(
            {y + 0.45, t, 0.45,
             t * synthetic::polynomial(kCubic, (1 + kGain) * y) + 3e-16 * synthetic::noise("coupled", r, n++)});
    }
    const CellFit fit = fitCubic(transient, 0.45, 0.45);
    const Estimate k = storageCoupling(fixed, fit.regression.coefficients, fit.regression.covariance, 0.45).value();
    hits += std::fabs(k.value - kGain) <= 1.96 * k.sigma;
  }
  CHECK_MESSAGE(synthetic::atStatedRate(hits, kRepeats, 0.95), "hits ", hits);
}

TEST_CASE("a conductance that is zero in the middle and large at both rails is found") {
  std::vector<Pulse> data;
  std::uint64_t n = 0;
  for (int l = 0; l <= 14; ++l)
    for (const double t : {1e-9, 15e-9})
      for (const double v_bl : {0.35, 0.45, 0.55}) {
        const double y = 0.9 * l / 14 - 0.45;
        const double current = synthetic::polynomial(kCubic, y) - 60e-6 * y * y * (v_bl - 0.45);
        data.push_back({y + 0.45, t, v_bl, current * t + 1e-17 * synthetic::noise("even", 0, n++)});
      }
  const auto form = fitExtended(data, 0.45, 0.45).cell;
  REQUIRE(form.conductance_uS.size() >= 3);
  CHECK(form.conductance_uS[2] == doctest::Approx(60).epsilon(0.02));
  CHECK(std::fabs(form.conductance_uS[0]) < 0.2);
}

TEST_CASE("the extended form leaves out terms that are not there") {
  std::vector<Pulse> plain;
  std::uint64_t n = 0;
  for (int l = 0; l <= 18; ++l)
    for (const double t : {1e-9, 4e-9, 9e-9, 15e-9}) {
      const double v = 0.05 * l;
      plain.push_back(
          {v, t, 0.45, synthetic::polynomial(kCubic, v - 0.45) * t + 5e-16 * synthetic::noise("plain", 0, n++)});
    }
  const auto form = fitExtended(plain, 0.45, 0.45).cell;
  CHECK(form.current_uA.size() == 4);
  CHECK(form.edge_charge_fC.empty());
  CHECK(form.conductance_uS.empty());
}

TEST_CASE("one width cannot tell edge charge from current") {
  std::vector<Pulse> one;
  for (const Pulse& p : extendedData(0, false))
    if (p.width == 15e-9) one.push_back(p);
  CHECK_THROWS_WITH_AS(fitExtended(one, 0.45, 0.45), doctest::Contains("same width"), Error);
}

TEST_CASE("node coupling is the gain between static and transient curve") {
  std::vector<Pulse> fixed;
  for (int l = 0; l <= 36; ++l) {
    const double v = 0.025 * l;
    fixed.push_back({v, 15e-9, 0.45, synthetic::polynomial(kCubic, v - 0.45) * 15e-9});
  }
  std::vector<double> transient = kCubic;  // I((1 + k) y)
  double factor = 1;
  for (double& c : transient) c *= factor, factor *= 1.05;
  CHECK(storageCoupling(fixed, transient, {}, 0.45).value().value == doctest::Approx(0.05).epsilon(1e-3));
}

TEST_CASE("only the stored levels count where the cubic is for an array") {
  std::vector<Pulse> all;
  for (int l = 0; l <= 14; ++l) all.push_back({0.9 * l / 14 - 0.003, 15e-9, 0.45, 1e-15});  // 8 levels, their middles
  const auto kept = atStoredLevels(all, 8, 0.9);
  REQUIRE(kept.size() == 8);
  for (std::size_t k = 0; k < kept.size(); ++k)
    CHECK(kept[k].v_storage == doctest::Approx(0.9 * static_cast<double>(k) / 7 - 0.003));
  CHECK(atStoredLevels(all, 2, 0.9).size() == all.size());  // two levels are no cubic
  CHECK(atStoredLevels(all, 1, 0.9).size() == all.size());
}
