#include <Eigen/Dense>
#include <cmath>

#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/random.hpp"

namespace gaincell::model {

double applyTransform(const Transform& t, double x) {
  if (t.kind == "log") return std::log(x);
  if (t.kind == "johnson-su") return t.gamma + t.delta * std::asinh((x - t.xi) / t.lambda);
  return x;
}

double inverseTransform(const Transform& t, double z) {
  if (t.kind == "log") return std::exp(z);
  if (t.kind == "johnson-su") return t.xi + t.lambda * std::sinh((z - t.gamma) / t.delta);
  return z;
}

Sampler::Sampler(const JointDistribution& distribution) : distribution_(distribution) {
  const auto n = static_cast<Eigen::Index>(size());
  Eigen::MatrixXd c(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j)
      c(i, j) = distribution.covariance[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  // The symmetric root works for semi-definite matrices, where a Cholesky factor may fail. Scaled to correlations
  // first: c3 has a variance orders of magnitude above c0.
  const Eigen::VectorXd scale =
      c.diagonal().cwiseMax(0).cwiseSqrt().unaryExpr([](double s) { return s > 0 ? s : 1.0; });
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(scale.cwiseInverse().asDiagonal() * c *
                                                             scale.cwiseInverse().asDiagonal());
  const Eigen::MatrixXd root =
      scale.asDiagonal() * (eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal());
  root_.resize(size() * size());
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) root_[static_cast<std::size_t>(i * n + j)] = root(i, j);
}

void Sampler::draw(std::uint64_t seed, std::uint64_t sample, std::uint64_t instance, double* out) const {
  const std::size_t n = size();
  constexpr std::size_t kMost = 16;
  double normal[kMost];
  std::vector<double> many;
  double* z = normal;
  if (n > kMost) many.resize(n), z = many.data();
  for (std::size_t i = 0; i < n; ++i) z[i] = support::normalDraw({seed, sample, instance, i});
  for (std::size_t i = 0; i < n; ++i) {
    double sum = distribution_.mean[i];
    for (std::size_t j = 0; j < n; ++j) sum += root_[i * n + j] * z[j];
    out[i] = inverseTransform(distribution_.transforms[i], sum);
  }
}

void CurveSampler::draw(std::uint64_t seed, std::uint64_t sample, std::uint64_t instance, double* out) const {
  std::vector<double> x(components());
  drawScores(seed, sample, instance, x.data());
  for (std::size_t k = 0; k < size(); ++k) {
    out[k] = 0;
    for (std::size_t j = 0; j < x.size(); ++j) out[k] += x[j] * variation_.components_uA[j][k];
  }
}

}  // namespace gaincell::model
