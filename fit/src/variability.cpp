#include "gaincell/fit/variability.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "faults.hpp"
#include "gaincell/fit/regression.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"
#include "samples.hpp"

namespace gaincell::fit {

using support::Error;

namespace {

constexpr std::size_t kFewest = 20;
constexpr double kRejected = 0.01;

/// Johnson SU by four quantiles at normal deviates -3z, -z, z, 3z; identity when the shape is not of that family.
model::Transform johnsonSu(const std::vector<double>& x) {
  constexpr double z = 0.524;  // the authors' choice for moderate sample sizes
  const auto at = [&](double deviate) { return quantile(x, 0.5 * std::erfc(-deviate / std::sqrt(2.0))); };
  const double q1 = at(-3 * z), q2 = at(-z), q3 = at(z), q4 = at(3 * z);
  const double m = q4 - q3, n = q2 - q1, p = q3 - q2;
  model::Transform t;
  if (!(p > 0) || !(m > 0) || !(n > 0) || m * n / (p * p) <= 1.001) return t;
  const double mp = m / p, np = n / p, product = mp * np;
  t.kind = "johnson-su";
  t.delta = 2 * z / std::acosh(0.5 * (mp + np));
  t.gamma = t.delta * std::asinh((np - mp) / (2 * std::sqrt(product - 1)));
  t.lambda = 2 * p * std::sqrt(product - 1) / ((mp + np - 2) * std::sqrt(mp + np + 2));
  t.xi = (q3 + q2) / 2 + p * (np - mp) / (2 * (mp + np - 2));
  return t;
}

/// Standard deviation of x when z is normal(mean, sigma), by summing over a fine grid of z.
double impliedSigma(const model::Transform& t, double mean_z, double sigma_z) {
  double w = 0, x1 = 0, x2 = 0;
  for (int i = -400; i <= 400; ++i) {
    const double z = i / 50.0, weight = std::exp(-z * z / 2);
    const double x = model::inverseTransform(t, mean_z + sigma_z * z);
    w += weight, x1 += weight * x, x2 += weight * x * x;
  }
  return std::sqrt(std::max(0.0, x2 / w - x1 * x1 / (w * w)));
}

std::vector<double> transformed(const model::Transform& t, std::vector<double> x) {
  for (double& v : x) v = model::applyTransform(t, v);
  return x;
}

/// The transform worth using for one variable.
model::Transform choose(const std::vector<double>& x) {
  model::Transform identity;
  if (normalityP(x) >= kRejected) return identity;
  const model::Transform t = johnsonSu(x);
  if (t.kind == "identity") return identity;
  const auto z = transformed(t, x);
  const double sigma = impliedSigma(t, mean(z), standardDeviation(z)), wanted = standardDeviation(x);
  const bool better = normalityP(z) > normalityP(x) && std::fabs(sigma / wanted - 1) <= 0.02;
  return better ? t : identity;
}

std::vector<std::size_t> levelColumns(const support::Table& samples) {
  std::vector<std::size_t> out;
  for (;;) {
    const std::size_t c = figureColumn(samples, fmt::format("i_level_{}", out.size()));
    if (c == samples.columns.size()) return out;
    out.push_back(c);
  }
}

using Matrix = Eigen::MatrixXd;

Matrix covariance(const Matrix& x) {
  const Matrix centred = x.rowwise() - x.colwise().mean();
  return centred.transpose() * centred / static_cast<double>(x.rows() - 1);
}

/// Powers of y, one row per level.
Matrix powers(const std::vector<double>& level, double v_zero, Eigen::Index count) {
  Matrix out(static_cast<Eigen::Index>(level.size()), count);
  for (Eigen::Index l = 0; l < out.rows(); ++l)
    for (Eigen::Index k = 0; k < count; ++k)
      out(l, k) = std::pow(level[static_cast<std::size_t>(l)] - v_zero, static_cast<double>(k));
  return out;
}

/// Compares the currents at the levels of drawn polynomials (uA/V^k) with those of the samples, as covariance matrices.
template <class DrawnFrom>
Reproduction reproduce(const DrawnFrom& sampler, const Matrix& currents, const std::vector<double>& level,
                       double v_zero) {
  constexpr Eigen::Index kDraws = 20000;
  const auto size = static_cast<Eigen::Index>(sampler.size());
  Matrix drawn(kDraws, size);
  std::vector<double> x(sampler.size());
  for (Eigen::Index i = 0; i < kDraws; ++i) {
    sampler.draw(1, 0, static_cast<std::uint64_t>(i), x.data());
    for (Eigen::Index k = 0; k < size; ++k) drawn(i, k) = x[static_cast<std::size_t>(k)] * 1e-6;
  }
  const Matrix model = covariance(drawn * powers(level, v_zero, size).transpose()), real = covariance(currents);
  Reproduction out;
  out.level_V = level;
  for (Eigen::Index i = 0; i < real.rows(); ++i) {
    out.sigma_samples_A.push_back(std::sqrt(real(i, i)));
    out.sigma_model_A.push_back(std::sqrt(model(i, i)));
    const double ratio = std::sqrt(model(i, i) / real(i, i));
    if (std::fabs(ratio - 1) > std::fabs(out.worst_sigma_ratio - 1)) out.worst_sigma_ratio = ratio;
    for (Eigen::Index j = 0; j < i; ++j) {
      const double difference =
          model(i, j) / std::sqrt(model(i, i) * model(j, j)) - real(i, j) / std::sqrt(real(i, i) * real(j, j));
      out.worst_correlation_error = std::max(out.worst_correlation_error, std::fabs(difference));
    }
  }
  return out;
}

bool within(const Reproduction& r, double limit) {
  return r.worst_correlation_error <= limit && std::fabs(r.worst_sigma_ratio - 1) <= limit;
}

/// The joint normal of the variables as they are, without any transform: keeps every covariance by construction.
model::JointDistribution plainNormal(model::JointDistribution d, const std::vector<std::vector<double>>& samples) {
  Matrix x(static_cast<Eigen::Index>(samples.size()), static_cast<Eigen::Index>(d.names.size()));
  for (Eigen::Index i = 0; i < x.rows(); ++i)
    for (Eigen::Index k = 0; k < x.cols(); ++k)
      x(i, k) = samples[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)];
  const Matrix c = covariance(x);
  for (std::size_t i = 0; i < d.names.size(); ++i) {
    std::vector<double> column;
    column.reserve(samples.size());
    for (const auto& row : samples) column.push_back(row[i]);
    d.transforms[i] = {};
    d.mean[i] = mean(column);
    d.normality_p[i] = normalityP(column);
    for (std::size_t j = 0; j < d.names.size(); ++j)
      d.covariance[i][j] = c(static_cast<Eigen::Index>(std::min(i, j)), static_cast<Eigen::Index>(std::max(i, j)));
  }
  return d;
}

/// Principal components of the levels, each level scaled to its own spread: without the scaling the levels of large
/// current would use up the components, and the quiet ones near the zero voltage would keep none.
struct Components {
  Eigen::VectorXd scale;  ///< standard deviation of each level, A
  Matrix direction;       ///< [level][component], components in order of their share
  Eigen::VectorXd share;  ///< of the scaled variance
};

Components principalComponents(const Matrix& currents) {
  const Matrix c = covariance(currents);
  Components out;
  out.scale = c.diagonal().cwiseSqrt().unaryExpr([](double s) { return s > 0 ? s : 1.0; });
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(out.scale.cwiseInverse().asDiagonal() * c *
                                                    out.scale.cwiseInverse().asDiagonal());
  out.direction = eigen.eigenvectors().rowwise().reverse();
  out.share = eigen.eigenvalues().reverse().cwiseMax(0) / eigen.eigenvalues().cwiseMax(0).sum();
  return out;
}

/// The first `count` components as polynomials, with the distribution of the samples' scores.
model::CurveVariation curveOf(const Components& all, const Matrix& currents, const Matrix& basis, Eigen::Index count) {
  const Matrix deviations = currents.rowwise() - currents.colwise().mean();
  const Matrix directions = all.direction.leftCols(count);
  const Matrix scores = deviations * all.scale.cwiseInverse().asDiagonal() * directions;
  const Matrix polynomials = basis.colPivHouseholderQr().solve(all.scale.asDiagonal() * directions) * 1e6;
  model::CurveVariation out;
  std::vector<std::string> names;
  for (Eigen::Index j = 0; j < count; ++j) {
    names.push_back(fmt::format("component_{}", j + 1));
    out.components_uA.emplace_back(polynomials.col(j).begin(), polynomials.col(j).end());
    out.explained.push_back(std::min(1.0, all.share.head(j + 1).sum()));
  }
  std::vector<std::vector<double>> rows;
  for (Eigen::Index i = 0; i < scores.rows(); ++i) rows.emplace_back(scores.row(i).begin(), scores.row(i).end());
  out.scores = fitJoint(names, rows);
  return out;
}

/// The fewest components whose draws give spread and correlations back within `kWanted`; all of them when none do.
constexpr double kWanted = 0.025, kMostOrder = 9;

void fitCurve(const Matrix& currents, const std::vector<double>& level, double v_zero, CellVariability& out) {
  const auto order = std::min<Eigen::Index>(currents.cols() - 1, static_cast<Eigen::Index>(kMostOrder));
  const Matrix basis = powers(level, v_zero, order + 1);
  const Components all = principalComponents(currents);
  for (Eigen::Index count = 1; count <= currents.cols(); ++count) {
    out.curve = curveOf(all, currents, basis, count);
    out.curve_reproduction = reproduce(model::CurveSampler(out.curve), currents, level, v_zero);
    if (within(out.curve_reproduction, kWanted)) break;
  }
  out.curve.worst_sigma_ratio = out.curve_reproduction.worst_sigma_ratio;
  out.curve.worst_correlation_error = out.curve_reproduction.worst_correlation_error;
}

}  // namespace

void requireSamples(std::size_t n) {
  if (n < kFewest)
    throw Error(kTooFewSamples, fmt::format("{} samples say nothing certain about a distribution", n), "",
                fmt::format("give at least {} Monte-Carlo samples", kFewest));
}

std::size_t figureColumn(const support::Table& samples, const std::string& name) {
  for (std::size_t c = 0; c < samples.columns.size(); ++c) {
    const std::string& column = samples.columns[c];
    if (column == name) return c;
    // "tau_low_s" is tau_low in s; what has more words after the name is another figure.
    if (column.size() > name.size() + 1 && column.starts_with(name + "_") &&
        column.find('_', name.size() + 1) == std::string::npos)
      return c;
  }
  return samples.columns.size();
}

model::JointDistribution fitJoint(const std::vector<std::string>& names,
                                  const std::vector<std::vector<double>>& samples) {
  requireSamples(samples.size());
  const std::size_t n = names.size();
  model::JointDistribution out;
  out.names = names;
  out.samples = static_cast<int>(samples.size());
  Matrix z(samples.size(), n);
  for (std::size_t k = 0; k < n; ++k) {
    std::vector<double> x;
    for (const auto& row : samples) {
      if (!std::isfinite(row[k]))
        throw Error(kNotFinite, fmt::format("a sample of '{}' is not finite", names[k]), "", "leave that sample out");
      x.push_back(row[k]);
    }
    out.transforms.push_back(choose(x));
    const auto normal = transformed(out.transforms.back(), x);
    out.normality_p.push_back(normalityP(normal));
    out.mean.push_back(mean(normal));
    for (std::size_t i = 0; i < normal.size(); ++i)
      z(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = normal[i];
  }
  const Matrix c = covariance(z);
  out.covariance.assign(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      out.covariance[i][j] = c(static_cast<Eigen::Index>(std::min(i, j)), static_cast<Eigen::Index>(std::max(i, j)));
  return out;
}

CellVariability fitCellVariability(const support::Table& samples, const model::Cell& nominal, double vdd) {
  const auto columns = levelColumns(samples);
  if (columns.size() < 5)
    throw Error(kTooFewSamples,
                fmt::format("the samples have {} columns i_level_0, i_level_1, ...: a cubic needs 5", columns.size()),
                "", "run the Monte-Carlo study with the cell's iv analysis");
  CellVariability out;
  std::vector<const std::vector<double>*> good;
  for (const auto& row : samples.rows) {
    const bool whole =
        std::all_of(columns.begin(), columns.end(), [&](std::size_t c) { return std::isfinite(row[c]); });
    if (whole)
      good.push_back(&row);
    else
      ++out.left_out;
  }
  requireSamples(good.size());
  const auto levels = static_cast<Eigen::Index>(columns.size());
  Matrix basis(levels, 4);
  std::vector<double> level;
  for (Eigen::Index l = 0; l < levels; ++l) {
    level.push_back(vdd * static_cast<double>(l) / static_cast<double>(levels - 1));
    const double y = level.back() - nominal.v_zero_V;
    basis.row(l) << 1, y, y * y, y * y * y;
  }
  Matrix currents(static_cast<Eigen::Index>(good.size()), levels);
  for (std::size_t i = 0; i < good.size(); ++i)
    for (Eigen::Index l = 0; l < levels; ++l)
      currents(static_cast<Eigen::Index>(i), l) = (*good[i])[columns[static_cast<std::size_t>(l)]];
  // All samples share the voltages, so one factorisation serves them all.
  const Matrix coefficients = basis.colPivHouseholderQr().solve(currents.transpose()).transpose();
  const Eigen::RowVectorXd centre = coefficients.colwise().mean();
  std::vector<std::vector<double>> deviations;
  for (Eigen::Index i = 0; i < coefficients.rows(); ++i) {
    const Eigen::RowVectorXd d = (coefficients.row(i) - centre) * 1e6;
    deviations.emplace_back(d.begin(), d.end());
  }
  const double sign = nominal.sign_convention == model::SignConvention::IntoBitLine ? 1 : -1;
  for (std::size_t k = 0; k < 4; ++k)
    out.shift_uA[k] = centre(static_cast<Eigen::Index>(k)) * 1e6 - sign * nominal.coefficients_uA[k];
  for (std::size_t k = 0; k < 4; ++k) {
    std::vector<double> one;
    one.reserve(deviations.size());
    for (const auto& d : deviations) one.push_back(d[k]);
    out.sigma_uA[k] = standardDeviation(one);
  }
  out.distribution = fitJoint({"c0", "c1", "c2", "c3"}, deviations);
  const double v_zero = nominal.v_zero_V;
  out.reproduction = reproduce(model::Sampler(out.distribution), currents, level, v_zero);
  // A transform keeps each variable's spread, but may bend how they go together.
  if (!within(out.reproduction, 0.04)) {
    const model::JointDistribution plain = plainNormal(out.distribution, deviations);
    const Reproduction again = reproduce(model::Sampler(plain), currents, level, v_zero);
    if (again.worst_correlation_error < out.reproduction.worst_correlation_error)
      out.distribution = plain, out.reproduction = again;
  }
  fitCurve(currents, level, v_zero, out);
  return out;
}

}  // namespace gaincell::fit
