#include <doctest/doctest.h>

#include "gaincell/fit/regression.hpp"
#include "gaincell/support/error.hpp"
#include "synthetic.hpp"

using namespace gaincell::fit;
using gaincell::support::Error;

namespace {
/// y = 2 - 3 x + 0.5 x^2 + noise on 25 points; every `contaminate`-th point is far off.
void data(std::uint64_t repeat, double sigma, Design& design, std::vector<double>& y, int contaminate = 0) {
  design = {3, {}};
  y.clear();
  for (std::uint64_t i = 0; i < 25; ++i) {
    const double x = -1 + static_cast<double>(i) / 12;
    design.x.insert(design.x.end(), {1, x, x * x});
    y.push_back(2 - 3 * x + 0.5 * x * x + sigma * synthetic::noise("regression", repeat, i));
    if (contaminate && i % static_cast<std::uint64_t>(contaminate) == 3) y.back() += 50 * sigma;
  }
}
}  // namespace

TEST_CASE("least squares recovers a known polynomial, and its 95 % intervals hold the truth 95 times in 100") {
  const std::vector<double> truth = {2, -3, 0.5};
  constexpr int kRepeats = 1500;
  for (const Robust robust : {Robust::No, Robust::Auto}) {
    int hits[3] = {};
    for (int r = 0; r < kRepeats; ++r) {
      Design design;
      std::vector<double> y;
      data(static_cast<std::uint64_t>(r), 0.1, design, y);
      const Regression fit = leastSquares(design, y, "test", robust);
      for (std::size_t k = 0; k < 3; ++k)
        hits[k] += std::fabs(fit.coefficients[k] - truth[k]) <= confidenceHalfWidth(fit, k);
    }
    for (const int h : hits) CHECK_MESSAGE(synthetic::atStatedRate(h, kRepeats, 0.95), "hits ", h);
  }
}

TEST_CASE("outliers are found and do not move the fit") {
  const std::vector<double> truth = {2, -3, 0.5};
  int hits = 0;
  constexpr int kRepeats = 400;
  for (int r = 0; r < kRepeats; ++r) {
    Design design;
    std::vector<double> y;
    data(static_cast<std::uint64_t>(r), 0.1, design, y, 12);
    const Regression fit = leastSquares(design, y, "test");
    CHECK(fit.huber);
    CHECK(fit.outliers.size() >= 2);
    hits += std::fabs(fit.coefficients[1] - truth[1]) <= confidenceHalfWidth(fit, 1);
    const Regression plain = leastSquares(design, y, "test", Robust::No);
    if (r == 0) CHECK(std::fabs(fit.coefficients[0] - 2) < std::fabs(plain.coefficients[0] - 2));
  }
  CHECK_MESSAGE(hits >= 0.9 * kRepeats, "hits ", hits);
}

TEST_CASE("what the data cannot determine is refused") {
  Design design{2, {1, 1, 1, 2, 1, 3}};
  CHECK_NOTHROW(leastSquares(design, {1, 2, 3}, "line"));
  CHECK_THROWS_WITH_AS(leastSquares({2, {1, 1, 1, 2}}, {1, 2}, "line"), doctest::Contains("2 points cannot determine"),
                       Error);
  CHECK_THROWS_WITH_AS(leastSquares({2, {1, 3, 1, 3, 1, 3, 1, 3}}, {1, 2, 3, 4}, "line"), doctest::Contains("rank 1"),
                       Error);
  CHECK_THROWS_WITH_AS(leastSquares(design, {1, std::nan(""), 3}, "line"), doctest::Contains("NaN"), Error);
}

TEST_CASE("the normality test rejects at its stated rate and sees skew") {
  int rejected = 0;
  constexpr int kRepeats = 1500;
  for (int r = 0; r < kRepeats; ++r) {
    std::vector<double> x;
    for (std::uint64_t i = 0; i < 60; ++i) x.push_back(synthetic::noise("normality", static_cast<std::uint64_t>(r), i));
    rejected += normalityP(x) < 0.05;
  }
  CHECK_MESSAGE(synthetic::atStatedRate(rejected, kRepeats, 0.05), "rejected ", rejected);
  std::vector<double> skewed;
  for (std::uint64_t i = 0; i < 300; ++i) skewed.push_back(std::exp(0.5 * synthetic::noise("normality", 0, i)));
  CHECK(normalityP(skewed) < 1e-4);
}
