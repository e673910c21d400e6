#include <doctest/doctest.h>

#include <fmt/format.h>

#include "gaincell/fit/regression.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/csv.hpp"
#include "gaincell/support/error.hpp"
#include "synthetic.hpp"

using namespace gaincell::fit;
using gaincell::support::Error;
namespace model = gaincell::model;

namespace {
/// Currents at 8 levels of cells whose coefficients are correlated normals; `skew` bends c1.
gaincell::support::Table cells(std::size_t n, bool skew) {
  gaincell::support::Table t;
  for (int l = 0; l < 8; ++l) t.columns.push_back(fmt::format("i_level_{}", l));
  for (std::size_t s = 0; s < n; ++s) {
    const double a = synthetic::noise("mc-a", 0, s), b = synthetic::noise("mc-b", 0, s),
                 c = synthetic::noise("mc-c", 0, s);
    const double first = skew ? std::exp(0.5 * b) : b;
    const std::vector<double> k = {0.3e-6 * a, -13.6e-6 + 0.6e-6 * first + 0.2e-6 * a, 1e-6 * c,
                                   -46e-6 + 2e-6 * b + 1e-6 * c};
    std::vector<double> row;
    for (int l = 0; l < 8; ++l) row.push_back(synthetic::polynomial(k, 0.9 * l / 7 - 0.45));
    t.addRow(row);
  }
  return t;
}

model::Cell nominal() {
  model::Cell c;
  c.coefficients_uA = {0, -13.6, 0, -46};
  return c;
}
}  // namespace

TEST_CASE("drawing from the fitted distribution gives the spread and the correlations of the samples back") {
  for (const bool skew : {false, true}) {
    const auto v = fitCellVariability(cells(2000, skew), nominal(), 0.9);
    CHECK(v.reproduction.sigma_model_A.size() == 8);
    CHECK_MESSAGE(std::fabs(v.reproduction.worst_sigma_ratio - 1) < 0.05, "sigma ratio ",
                  v.reproduction.worst_sigma_ratio);
    CHECK_MESSAGE(v.reproduction.worst_correlation_error < 0.05, "correlation ",
                  v.reproduction.worst_correlation_error);
  }
  const auto v = fitCellVariability(cells(2000, false), nominal(), 0.9);
  // Truth: var(c0) = 0.09, cov(c0, c1) = 0.3 x 0.2; standard error of a covariance of 2000 normals below 3 %.
  CHECK(v.distribution.covariance[0][0] == doctest::Approx(0.09).epsilon(0.12));
  CHECK(v.distribution.covariance[0][1] == doctest::Approx(0.06).epsilon(0.25));
  for (const auto& t : v.distribution.transforms) CHECK(t.kind == "identity");
}

TEST_CASE("cells drawn from the model have spread and correlations of simulated ones") {
  const auto samples = gaincell::support::readCsv(std::string(GAINCELL_TEST_DATA) + "/cell_mismatch/samples.csv");
  const auto v = fitCellVariability(samples, nominal(), 0.9);
  // The cubic alone misses by far: thresholds bend the curve where it cannot.
  CHECK(std::fabs(v.reproduction.worst_sigma_ratio - 1) > 0.1);
  CHECK(v.reproduction.worst_correlation_error > 0.2);
  MESSAGE(v.curve.explained.size(), " components, ", v.curve.explained.back(), " of the variance");
  CHECK(v.curve.explained.size() <= 5);
  CHECK(v.curve.explained.back() > 0.99);
  // Judged anew, on draws of another seed: currents at the levels, and at half the supply, which no level is.
  const model::CurveSampler sampler(v.curve);
  std::vector<std::vector<double>> drawn(9), real(9);
  std::vector<double> d(sampler.size());
  for (std::uint64_t i = 0; i < 20000; ++i) {
    sampler.draw(99, 3, i, d.data());
    for (int l = 0; l < 8; ++l)
      drawn[static_cast<std::size_t>(l)].push_back(synthetic::polynomial(d, 0.9 * l / 7 - 0.45) * 1e-6);
    drawn[8].push_back(d[0] * 1e-6);
  }
  for (int l = 0; l < 8; ++l)
    real[static_cast<std::size_t>(l)] =
        samples.values(samples.columns[figureColumn(samples, fmt::format("i_level_{}", l))]);
  real[8] = samples.values(samples.columns[figureColumn(samples, "i_zero")]);
  for (std::size_t l = 0; l < 9; ++l) {
    const double ratio = standardDeviation(drawn[l]) / standardDeviation(real[l]);
    CHECK_MESSAGE(std::fabs(ratio - 1) <= 0.05, "level ", l, ": sigma ratio ", ratio);
    for (std::size_t m = 0; m < l; ++m) {
      const double error = correlation(drawn[l], drawn[m]) - correlation(real[l], real[m]);
      CHECK_MESSAGE(std::fabs(error) <= 0.05, "levels ", l, " and ", m, ": correlation off by ", error);
    }
  }
}

TEST_CASE("a skewed variable is noticed and transformed where that keeps its spread") {
  std::vector<std::vector<double>> x;
  std::vector<double> flat;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    // A Johnson SU variable by construction.
    x.push_back({0.5 + 2 * std::sinh((synthetic::noise("su", 0, i) + 0.8) / 1.6)});
    flat.push_back(x.back()[0]);
  }
  const auto d = fitJoint({"x"}, x);
  CHECK(d.transforms[0].kind == "johnson-su");
  CHECK(d.normality_p[0] > 0.001);
  const model::Sampler sampler(d);
  std::vector<double> drawn;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    double y;
    sampler.draw(3, 0, i, &y);
    drawn.push_back(y);
  }
  CHECK(standardDeviation(drawn) == doctest::Approx(standardDeviation(flat)).epsilon(0.05));
  CHECK(quantile(drawn, 0.01) == doctest::Approx(quantile(flat, 0.01)).epsilon(0.08));
  CHECK(quantile(drawn, 0.99) == doctest::Approx(quantile(flat, 0.99)).epsilon(0.08));
}

TEST_CASE("few, incomplete or constant samples") {
  CHECK_THROWS_WITH_AS(fitCellVariability(cells(10, false), nominal(), 0.9), doctest::Contains("10 samples"), Error);
  auto some = cells(100, false);
  some.rows[7][3] = std::nan("");
  CHECK(fitCellVariability(some, nominal(), 0.9).left_out == 1);
  CHECK(fitCellVariability(some, nominal(), 0.9).distribution.samples == 99);
}

TEST_CASE("the spread of the cell's coefficients comes back within its stated interval at the stated rate") {
  constexpr int kRepeats = 60, kSamples = 100;
  const double sigma[] = {0.05, 0.4, 0.5, 3};
  int hits = 0;  // of all four, which are drawn one by one
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    gaincell::support::Table t;
    for (int l = 0; l < 8; ++l) t.columns.push_back(fmt::format("i_level_{}", l));
    for (std::uint64_t i = 0; i < kSamples; ++i) {
      std::vector<double> c, row;
      for (std::size_t k = 0; k < 4; ++k)
        c.push_back(nominal().coefficients_uA[k] + sigma[k] * synthetic::noise("coefficients", r, 4 * i + k));
      for (int l = 0; l < 8; ++l) row.push_back(1e-6 * synthetic::polynomial(c, 0.9 * l / 7 - nominal().v_zero_V));
      t.addRow(row);
    }
    const CellVariability v = fitCellVariability(t, nominal(), 0.9);
    for (std::size_t k = 0; k < 4; ++k)
      hits += std::fabs(v.sigma_uA[k] - sigma[k]) <= sigmaHalfWidth(v.sigma_uA[k], kSamples);
  }
  CHECK_MESSAGE(synthetic::atStatedRate(hits, 4 * kRepeats, 0.95), "hits ", hits);
}
