#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "gaincell/montecarlo/statistics.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/random.hpp"

using namespace gaincell;
using namespace gaincell::montecarlo;

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
double normal(std::uint64_t sample, std::uint64_t parameter) {
  return support::normalDraw({9, sample, 1, parameter});
}
}  // namespace

TEST_CASE("moments and order statistics of a small sample, by hand") {
  const Summary s = summarize({2, 4, 4, 4, 5, 5, 7, 9, kNaN});
  CHECK(s.count == 8);
  CHECK(s.missing == 1);
  CHECK(s.mean == doctest::Approx(5));
  CHECK(s.sigma == doctest::Approx(std::sqrt(32.0 / 7)));
  // m2 = 4, m3 = 5.25, m4 = 44.5: g1 = 0.65625, g2 = -0.21875; G1 and G2 with n = 8.
  CHECK(s.skewness == doctest::Approx(0.65625 * std::sqrt(56.0) / 6));
  CHECK(s.excess_kurtosis == doctest::Approx(7.0 / (6 * 5) * (9 * -0.21875 + 6)));
  CHECK(s.min == 2);
  CHECK(s.max == 9);
  CHECK(quantile({1, 2, 3, 4}, 0.5) == doctest::Approx(2.5));
  CHECK(quantile({1, 2, 3, 4}, 0.25) == doctest::Approx(1.75));
  // Student's t with 7 degrees: 2.364624; chi-squared with 7: 1.689869 and 16.012764 (tables).
  CHECK(s.mean_interval.high == doctest::Approx(5 + 2.364624 * s.sigma / std::sqrt(8.0)).epsilon(1e-6));
  CHECK(s.sigma_interval.low == doctest::Approx(s.sigma * std::sqrt(7 / 16.012764)).epsilon(1e-6));
  CHECK(s.sigma_interval.high == doctest::Approx(s.sigma * std::sqrt(7 / 1.689869)).epsilon(1e-6));
}

TEST_CASE("confidence intervals cover the truth as often as they say") {
  int mean = 0, sigma = 0;
  constexpr int kRuns = 2000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> values;
    for (int i = 0; i < 20; ++i)
      values.push_back(3 + 2 * normal(static_cast<std::uint64_t>(run), static_cast<std::uint64_t>(i)));
    const Summary s = summarize(values);
    mean += s.mean_interval.low < 3 && 3 < s.mean_interval.high;
    sigma += s.sigma_interval.low < 2 && 2 < s.sigma_interval.high;
  }
  // 95 % of 2000 with a standard error of 0.49 %.
  CHECK(std::abs(mean / double(kRuns) - 0.95) < 0.02);
  CHECK(std::abs(sigma / double(kRuns) - 0.95) < 0.02);
}

TEST_CASE("nothing and almost nothing") {
  CHECK(std::isnan(summarize({}).mean));
  CHECK(std::isnan(summarize({kNaN}).mean));
  const Summary one = summarize({4.0});
  CHECK(one.mean == 4);
  CHECK(std::isnan(one.sigma));
  const Summary equal = summarize({4.0, 4.0, 4.0, 4.0});
  CHECK(equal.sigma == 0);
  CHECK(std::isnan(equal.skewness));
}

TEST_CASE("yield intervals against published values") {
  // Clopper and Pearson, 8 of 10: (0.4439, 0.9748); Wilson, 8 of 10: (0.4902, 0.9433) (Brown, Cai, DasGupta 2001, by
  // formula).
  const Yield y = yieldOf(8, 10);
  CHECK(y.clopper_pearson.low == doctest::Approx(0.4439).epsilon(1e-3));
  CHECK(y.clopper_pearson.high == doctest::Approx(0.9748).epsilon(1e-3));
  CHECK(y.wilson.low == doctest::Approx(0.4902).epsilon(1e-3));
  CHECK(y.wilson.high == doctest::Approx(0.9433).epsilon(1e-3));
  // All passed: the exact bound has a closed form, (alpha/2)^(1/n).
  const Yield all = yieldOf(300, 300);
  CHECK(all.clopper_pearson.low == doctest::Approx(std::pow(0.025, 1.0 / 300)).epsilon(1e-9));
  CHECK(all.clopper_pearson.high == 1);
  CHECK(yieldOf(0, 300).clopper_pearson.high == doctest::Approx(1 - std::pow(0.025, 1.0 / 300)).epsilon(1e-9));
  CHECK(std::isnan(yieldOf(0, 0).value));
}

TEST_CASE("limits: a missing value never passes") {
  const Limit limit = limitFromText("i_low=9u:11u");
  CHECK(limit.figure == "i_low");
  CHECK(limit.passes(10e-6));
  CHECK(limit.passes(9e-6));
  CHECK_FALSE(limit.passes(8.99e-6));
  CHECK_FALSE(limit.passes(kNaN));
  CHECK_FALSE(limitFromText("x=:3").passes(-std::numeric_limits<double>::infinity()));
  CHECK(limitFromText("x=:3").passes(0.0));
  CHECK_FALSE(limitFromText("x=1:").passes(0.0));
  for (const char* bad : {"x", "x=3", "=1:2", "x=:", "x=2:1", "x=a:b"})
    CHECK_THROWS_AS(limitFromText(bad), support::Error);
}

TEST_CASE("correlation, Q-Q data and histogram") {
  std::vector<double> a, b, c;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    a.push_back(normal(i, 1));
    b.push_back(0.6 * a.back() + 0.8 * normal(i, 2));
    c.push_back(-3 * a.back() + 1);
  }
  CHECK(correlation(a, b) == doctest::Approx(0.6).epsilon(0.05));
  CHECK(correlation(a, c) == doctest::Approx(-1));
  CHECK(std::isnan(correlation({1, 2, kNaN}, {1, 2, 3})));
  const auto qq = qqTable(a);
  CHECK(qq.rows.size() == 4000);
  CHECK(qq.rows[2000][0] == doctest::Approx(0).scale(1).epsilon(1e-3));
  for (std::size_t i = 200; i < 3800; ++i) REQUIRE(std::abs(qq.rows[i][0] - qq.rows[i][1]) < 0.15);
  const auto bins = histogram(a);
  double count = 0;
  for (const auto& row : bins.rows) {
    count += row[2];
    CHECK(row[0] < row[1]);
  }
  CHECK(count == 4000);
  CHECK(histogram({5, 5, 5}).rows.size() == 1);
  CHECK(histogram({}).rows.empty());
}

TEST_CASE("sensitivity finds the shares that were put in") {
  std::vector<DrawName> draws;
  for (int i = 0; i < 6; ++i) draws.push_back({fmt::format("d{}", i), "vth"});
  std::vector<std::vector<double>> z;
  std::vector<double> y;
  for (std::uint64_t s = 0; s < 3000; ++s) {
    z.emplace_back();
    for (std::uint64_t d = 0; d < 6; ++d) z.back().push_back(normal(s, d));
    // Variance 4 + 1 + 0.25 + noise 0.75 = 6.
    y.push_back(10 + 2 * z.back()[3] - 1 * z.back()[0] + 0.5 * z.back()[5] + std::sqrt(0.75) * normal(s, 99));
  }
  y[17] = kNaN;
  const auto result = sensitivity(draws, z, y);
  REQUIRE(result.shares.size() == 6);
  CHECK(result.shares[0].draw.instance == "d3");
  CHECK(result.shares[0].share == doctest::Approx(4.0 / 6).epsilon(0.06));
  CHECK(result.shares[0].coefficient == doctest::Approx(2).epsilon(0.03));
  CHECK(result.shares[1].draw.instance == "d0");
  CHECK(result.shares[1].coefficient == doctest::Approx(-1).epsilon(0.05));
  CHECK(result.shares[2].share == doctest::Approx(0.25 / 6).epsilon(0.25));
  CHECK(result.shares[3].share < 0.003);
  CHECK(result.unexplained == doctest::Approx(0.75 / 6).epsilon(0.1));
  CHECK_FALSE(sensitivity(draws, {z.begin(), z.begin() + 20}, {y.begin(), y.begin() + 20}).note.empty());
  CHECK_FALSE(sensitivity(draws, z, std::vector<double>(3000, 1.0)).note.empty());
}
