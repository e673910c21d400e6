#include "gaincell/fit/regression.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "faults.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using support::Error;

namespace {

constexpr double kHuber = 1.345;  // 95 % efficiency on normal data
constexpr double kOutlier = 6;    // robust sigmas
constexpr double kMadToSigma = 1.4826;

double robustScale(const VectorXd& residuals) {
  std::vector<double> magnitude(static_cast<std::size_t>(residuals.size()));
  for (Eigen::Index i = 0; i < residuals.size(); ++i) magnitude[static_cast<std::size_t>(i)] = std::fabs(residuals(i));
  return kMadToSigma * median(std::move(magnitude));
}

VectorXd solve(const MatrixXd& x, const VectorXd& y, const std::string& what, double* condition) {
  const Eigen::ColPivHouseholderQR<MatrixXd> qr(x);
  const auto r = qr.matrixR().diagonal().cwiseAbs();
  *condition = r.maxCoeff() / std::max(r.minCoeff(), 1e-300);
  if (*condition > 1e10)
    throw Error(kRankDeficient,
                fmt::format("the data do not determine the {} (rank {} of {} coefficients)", what,
                            (r.array() > 1e-10 * r.maxCoeff()).count(), x.cols()),
                "", "give more different voltages, widths or charges");
  return qr.solve(y);
}

/// Weighted solutions until the coefficients settle. Returns the robust scale of the residuals.
VectorXd huber(const MatrixXd& x, const VectorXd& y, VectorXd beta, const std::string& what, double* scale) {
  for (int round = 0; round < 100; ++round) {
    const VectorXd residuals = y - x * beta;
    *scale = robustScale(residuals);
    if (*scale == 0) break;
    const VectorXd root = residuals.unaryExpr(
        [&](double r) { return std::sqrt(std::min(1.0, kHuber * *scale / std::max(std::fabs(r), 1e-300))); });
    double condition = 0;
    const VectorXd next = solve(root.asDiagonal() * x, root.asDiagonal() * y, what, &condition);
    const double change = (next - beta).norm(), size = next.norm();
    beta = next;
    if (change <= 1e-12 * size) break;
  }
  return beta;
}

/// Scatter behind the covariance: for Huber's estimate the sandwich with its finite-sample factor
/// (P. J. Huber, Robust Statistics, 1981, section 7.6), else the residual variance.
double coefficientScatter(const VectorXd& residuals, Eigen::Index p, bool robust, double scale) {
  const double n = static_cast<double>(residuals.size());
  if (!robust || scale == 0) return residuals.squaredNorm() / (n - static_cast<double>(p));
  const double k = kHuber * scale;
  const double inside = static_cast<double>((residuals.array().abs() < k).count()) / n;
  const double psi2 = residuals.array().cwiseMin(k).cwiseMax(-k).square().sum() / (n - static_cast<double>(p));
  const double factor = 1 + static_cast<double>(p) / n * (1 - inside) / inside;
  return factor * factor * psi2 / (inside * inside);
}

}  // namespace

double Regression::rms() const {
  double sum = 0;
  for (const double r : residuals) sum += r * r;
  return residuals.empty() ? 0 : std::sqrt(sum / static_cast<double>(residuals.size()));
}

double Regression::maxAbsResidual() const {
  double most = 0;
  for (const double r : residuals) most = std::max(most, std::fabs(r));
  return most;
}

Regression leastSquares(const Design& design, const std::vector<double>& values, const std::string& what,
                        Robust robust) {
  const auto n = static_cast<Eigen::Index>(design.rows()), p = static_cast<Eigen::Index>(design.columns);
  if (n != static_cast<Eigen::Index>(values.size()))
    throw Error(kTooFewData, fmt::format("{} values for {} rows of the {}", values.size(), n, what));
  if (n < p + 1)
    throw Error(
        kTooFewData,
        fmt::format("{} points cannot determine the {} coefficients of the {} and their uncertainty", n, p, what), "",
        fmt::format("give at least {} points", p + 1));
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  MatrixXd x = Eigen::Map<const RowMajor>(design.x.data(), n, p);
  const VectorXd y = Eigen::Map<const VectorXd>(values.data(), n);
  if (!x.allFinite() || !y.allFinite())
    throw Error(kNotFinite, fmt::format("the data of the {} hold NaN or infinity", what), "",
                "remove the rows, or repeat those simulations");
  // Scaled columns: a condition number that means something, whatever the units.
  VectorXd scale = x.colwise().norm();
  for (Eigen::Index j = 0; j < p; ++j)
    if (scale(j) == 0) scale(j) = 1;
  x = x * scale.cwiseInverse().asDiagonal();

  Regression out;
  VectorXd beta = solve(x, y, what, &out.condition);
  double spread = 0;
  if (robust != Robust::No) {
    const VectorXd alternative = huber(x, y, beta, what, &spread);
    const VectorXd off = y - x * alternative;
    // Noise-free data have a scale near rounding; the floor keeps rounding from being called an outlier.
    const double limit = kOutlier * std::max(spread, 1e-12 * y.cwiseAbs().maxCoeff());
    for (Eigen::Index i = 0; i < n; ++i)
      if (std::fabs(off(i)) > limit) out.outliers.push_back(static_cast<std::size_t>(i));
    out.huber = robust == Robust::Yes || !out.outliers.empty();
    if (out.huber) beta = alternative;
  }
  const VectorXd residuals = y - x * beta;
  const double variance = coefficientScatter(residuals, p, out.huber, spread);
  const MatrixXd covariance = scale.cwiseInverse().asDiagonal() *
                              ((x.transpose() * x).ldlt().solve(MatrixXd::Identity(p, p)) * variance) *
                              scale.cwiseInverse().asDiagonal();
  const VectorXd coefficients = scale.cwiseInverse().asDiagonal() * beta;

  out.points = static_cast<std::size_t>(n);
  out.coefficients.assign(coefficients.begin(), coefficients.end());
  out.residuals.assign(residuals.begin(), residuals.end());
  out.sigma = std::sqrt(residuals.squaredNorm() / static_cast<double>(n - p));
  const double about_mean = (y.array() - y.mean()).matrix().squaredNorm();
  out.r2 = about_mean > 0 ? 1 - residuals.squaredNorm() / about_mean : 1;
  out.covariance.assign(static_cast<std::size_t>(p), std::vector<double>(static_cast<std::size_t>(p)));
  for (Eigen::Index i = 0; i < p; ++i)
    for (Eigen::Index j = 0; j < p; ++j)  // exactly symmetric
      out.covariance[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] =
          (covariance(i, j) + covariance(j, i)) / 2;
  return out;
}

double studentFactor(std::size_t freedom, double level) {
  return boost::math::quantile(boost::math::students_t(static_cast<double>(freedom)), (1 + level) / 2);
}

double confidenceHalfWidth(const Regression& fit, std::size_t k, double level) {
  return studentFactor(fit.points - fit.coefficients.size(), level) * std::sqrt(fit.covariance[k][k]);
}

}  // namespace gaincell::fit
