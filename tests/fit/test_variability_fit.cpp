#include <doctest/doctest.h>

#include <fmt/format.h>

#include "gaincell/fit/regression.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/model/evaluate.hpp"
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

TEST_CASE("spread of tau is that of its logarithm") {
  gaincell::support::Table t;
  t.columns = {"tau_low", "tau_high"};
  for (std::uint64_t i = 0; i < 4000; ++i)
    t.addRow(
        {5e-3 * std::exp(0.3 * synthetic::noise("tau", 0, i)), 4e-3 * std::exp(0.3 * synthetic::noise("tau", 1, i))});
  CHECK(fitTauSpread(t) == doctest::Approx(0.3).epsilon(0.04));
}
