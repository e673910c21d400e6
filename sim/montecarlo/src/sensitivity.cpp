#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "gaincell/montecarlo/statistics.hpp"

namespace gaincell::montecarlo {

namespace {
/// Samples needed beyond the number of draws for shares that mean something.
constexpr std::size_t kSpare = 20;
}  // namespace

Sensitivity sensitivity(const std::vector<DrawName>& draws, const std::vector<std::vector<double>>& z,
                        const std::vector<double>& values) {
  Sensitivity result;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i])) rows.push_back(i);
  const std::size_t n = rows.size(), d = draws.size();
  if (d == 0 || n < d + 1 + kSpare) {
    result.note =
        d == 0 ? "nothing varies by a draw of this program"
               : fmt::format("{} good samples are too few for {} draws: at least {} are needed", n, d, d + 1 + kSpare);
    return result;
  }
  const auto rows_n = static_cast<Eigen::Index>(n), cols = static_cast<Eigen::Index>(d + 1);
  Eigen::MatrixXd a(rows_n, cols);
  Eigen::VectorXd y(rows_n);
  for (Eigen::Index i = 0; i < rows_n; ++i) {
    const std::size_t row = rows[static_cast<std::size_t>(i)];
    a(i, 0) = 1;
    for (Eigen::Index j = 1; j < cols; ++j) a(i, j) = z[row][static_cast<std::size_t>(j - 1)];
    y(i) = values[row];
  }
  const double total = (y.array() - y.mean()).square().sum() / static_cast<double>(n - 1);
  if (!(total > 0)) {
    result.note = "the figure does not vary";
    return result;
  }
  const Eigen::MatrixXd gram = a.transpose() * a;
  const Eigen::LDLT<Eigen::MatrixXd> solver(gram);
  const Eigen::VectorXd beta = solver.solve(a.transpose() * y);
  const double noise = (y - a * beta).squaredNorm() / static_cast<double>(n - d - 1);
  const Eigen::MatrixXd inverse = solver.solve(Eigen::MatrixXd::Identity(cols, cols));
  for (std::size_t j = 0; j < d; ++j) {
    const auto k = static_cast<Eigen::Index>(j + 1);
    // The square of an estimate is too large by the estimate's own variance.
    const double square = std::max(0.0, beta(k) * beta(k) - noise * inverse(k, k));
    result.shares.push_back({draws[j], square / total, beta(k)});
  }
  std::stable_sort(result.shares.begin(), result.shares.end(),
                   [](const auto& l, const auto& r) { return l.share > r.share; });
  result.unexplained = std::min(1.0, noise / total);
  return result;
}

}  // namespace gaincell::montecarlo
