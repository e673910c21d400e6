#include "gaincell/attention/adapt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gaincell/support/error.hpp"
#include "rows.hpp"

namespace gaincell::attention {

namespace {

constexpr const char* kNames[4] = {"q", "k", "v", "output"};

std::array<std::pair<std::vector<float>*, std::vector<float>*>, 4> pairs(Scalers& s) {
  return {{{&s.a_q, &s.b_q}, {&s.a_k, &s.b_k}, {&s.a_v, &s.b_v}, {&s.a_o, &s.b_o}}};
}

/// Mean and unbiased deviation of a x + b over all batches of a head.
void scaledStatistics(std::span<const float> x, const Shape& shape, std::size_t head, float a, float b, double& std,
                      double& mean) {
  const std::size_t each = shape.perSequence();
  const auto n = static_cast<double>(shape.batch * each);
  double sum = 0, squares = 0;
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t batch = 0; batch < shape.batch; ++batch) {
      const float* p = &x[(batch * shape.heads + head) * each];
      for (std::size_t i = 0; i < each; ++i) {
        const float scaled = a * p[i];
        const auto y = static_cast<double>(scaled + b);
        pass == 0 ? sum += y : squares += (y - mean) * (y - mean);
      }
    }
    if (pass == 0) mean = sum / n;
  }
  std = n > 1 ? std::sqrt(squares / (n - 1)) : 0.0;
}

}  // namespace

Forward layerForward(const Settings& settings, const Shape& shape, std::span<const float> q, std::span<const float> k,
                     std::span<const float> v) {
  return [=](const Scalers& given) {
    Scalers s = completeScalers(given, shape.heads);
    std::vector<float> out(q.size());
    Engine(settings, s, shape.heads, shape.dimension).run(shape, q, k, v, out);
    SignalStatistics r;
    r.std.assign(4, std::vector<double>(shape.heads));
    r.mean = r.std;
    const auto scalers = pairs(s);
    for (std::size_t h = 0; h < shape.heads; ++h) {
      const std::span<const float> inputs[3] = {q, k, v};
      for (std::size_t p = 0; p < 3; ++p)
        scaledStatistics(inputs[p], shape, h, (*scalers[p].first)[h], (*scalers[p].second)[h], r.std[p][h],
                         r.mean[p][h]);
      scaledStatistics(out, shape, h, 1.0F, 0.0F, r.std[3][h], r.mean[3][h]);
    }
    return r;
  };
}

AdaptResult adapt(const Forward& forward, const SignalStatistics& target, const Scalers& start,
                  const AdaptOptions& options) {
  const std::size_t heads = target.std.at(0).size();
  AdaptResult r;
  r.scalers = completeScalers(start, heads);
  r.scaler_trace.push_back(r.scalers);
  std::string worst;
  for (int n = 0; n < options.iterations; ++n) {
    const SignalStatistics now = forward(r.scalers);
    r.trace.push_back(now);
    r.iterations = n + 1;
    const double alpha = n < 50 ? 1.0 - 0.9 * n / 49.0 : 0.1;  // linspace(1, 0.1, 50), then 0.1
    r.alpha.push_back(alpha);
    r.std_residual = r.mean_residual = 0;
    bool moved = false;
    double largest = 0;
    const auto scalers = pairs(r.scalers);
    for (std::size_t p = 0; p < 4; ++p) {
      for (std::size_t h = 0; h < heads; ++h) {
        const double std_error = std::abs(now.std[p][h] - target.std[p][h]);
        const double mean_error = std::abs(now.mean[p][h] - target.mean[p][h]);
        r.std_residual = std::max(r.std_residual, std_error);
        r.mean_residual = std::max(r.mean_residual, mean_error);
        if (std::max(std_error, mean_error) > largest) {
          largest = std::max(std_error, mean_error);
          worst = fmt::format("{} of head {}", kNames[p], h);
        }
        float& a = (*scalers[p].first)[h];
        float& b = (*scalers[p].second)[h];
        // A signal without spread has no factor that gives it one; it stays and is reported as not converged.
        if (!(std_error <= options.tolerance)) {
          if (now.std[p][h] > 0)
            a = static_cast<float>(alpha * static_cast<double>(a) * target.std[p][h] / now.std[p][h] +
                                   (1 - alpha) * static_cast<double>(a));
          moved = true;
        }
        if (!(mean_error <= options.tolerance)) {
          b = static_cast<float>(alpha * (static_cast<double>(b) + target.mean[p][h] - now.mean[p][h]) +
                                 (1 - alpha) * static_cast<double>(b));
          moved = true;
        }
      }
    }
    r.scaler_trace.push_back(r.scalers);
    if (!moved) return r;
  }
  throw support::Error(
      "ATT-0040",
      fmt::format("not converged after {} iterations: largest error of a standard deviation {:.3g}, of "
                  "a mean {:.3g} (tolerance {:.3g})",
                  options.iterations, r.std_residual, r.mean_residual, options.tolerance),
      worst, "start from the linear model's scalers, or allow a larger tolerance");
}

}  // namespace gaincell::attention
