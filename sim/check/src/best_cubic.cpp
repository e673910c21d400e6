#include "best_cubic.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gaincell/fit/regression.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::check {

namespace {

using Coefficients = std::array<double, 4>;

double linear(const ComparedPoint& p, const Coefficients& c) {
  return std::inner_product(c.begin(), c.end(), p.powers.begin(), 0.0);
}

double nrmseOf(const std::vector<ComparedPoint>& points, double full_scale, const Clip& clip, const Coefficients& c) {
  double squares = 0;
  for (const auto& p : points) {
    const double d = std::clamp(linear(p, c), clip.low, clip.high) - p.spice;
    squares += d * d;
  }
  return std::sqrt(squares / static_cast<double>(points.size())) / full_scale;
}

/// Least squares over the points that this cubic does not clip: the Gauss-Newton step of the clipped problem.
Coefficients step(const std::vector<ComparedPoint>& points, const Clip& clip, const Coefficients& at) {
  fit::Design design{at.size(), {}};
  std::vector<double> y;
  for (const auto& p : points) {
    const double value = linear(p, at);
    if (value < clip.low || value > clip.high) continue;
    design.x.insert(design.x.end(), p.powers.begin(), p.powers.end());
    y.push_back(p.spice);
  }
  Coefficients out{};
  const auto found = fit::leastSquares(design, y, "best cubic of the compared points", fit::Robust::No);
  std::copy(found.coefficients.begin(), found.coefficients.end(), out.begin());
  return out;
}

/// The best point between `from` and `to`, by halving.
BestCubic descend(const std::vector<ComparedPoint>& points, double full_scale, const Clip& clip, const BestCubic& from,
                  const Coefficients& to) {
  for (double share = 1; share > 1e-3; share /= 2) {
    BestCubic next;
    for (std::size_t k = 0; k < to.size(); ++k)
      next.coefficients_A[k] = from.coefficients_A[k] + share * (to[k] - from.coefficients_A[k]);
    next.nrmse = nrmseOf(points, full_scale, clip, next.coefficients_A);
    if (next.nrmse < from.nrmse) return next;
  }
  return from;
}

}  // namespace

std::optional<BestCubic> bestCubic(const std::vector<ComparedPoint>& points, double full_scale, const Clip& clip,
                                   const Coefficients& start) {
  constexpr int kMostSteps = 50;
  if (points.size() <= 2 * start.size()) return std::nullopt;
  for (const auto& p : points)
    if (p.powers.size() != start.size()) return std::nullopt;
  BestCubic best{start, nrmseOf(points, full_scale, clip, start)};
  try {
    for (int n = 0; n < kMostSteps; ++n) {
      const BestCubic next = descend(points, full_scale, clip, best, step(points, clip, best.coefficients_A));
      if (!(next.nrmse < best.nrmse * (1 - 1e-12))) break;
      best = next;
    }
  } catch (const support::Error&) {
    return std::nullopt;  // fewer different voltages than coefficients: many cubics are the best one
  }
  return best;
}

}  // namespace gaincell::check
