#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "gaincell/fit/regression.hpp"

namespace gaincell::fit {

double mean(const std::vector<double>& x) {
  return x.empty() ? 0 : std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double standardDeviation(const std::vector<double>& x) {
  if (x.size() < 2) return 0;
  const double m = mean(x);
  double sum = 0;
  for (const double v : x) sum += (v - m) * (v - m);
  return std::sqrt(sum / static_cast<double>(x.size() - 1));
}

double quantile(std::vector<double> x, double p) {
  if (x.empty()) return 0;
  std::sort(x.begin(), x.end());
  const double at = p * static_cast<double>(x.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, x.size() - 1);
  return x[low] + (at - static_cast<double>(low)) * (x[high] - x[low]);
}

double median(std::vector<double> x) {
  return quantile(std::move(x), 0.5);
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double mx = mean(x), my = mean(y);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

double normalityP(std::vector<double> x) {
  const std::size_t count = x.size();
  const double m = mean(x), s = standardDeviation(x), n = static_cast<double>(count);
  if (count < 8 || s == 0) return 1;  // the test says nothing on so few, or on a constant
  std::sort(x.begin(), x.end());
  const boost::math::normal unit;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // Both tails by the lower one: 1 - cdf loses its digits.
    const double low = std::max(boost::math::cdf(unit, (x[i] - m) / s), 1e-300);
    const double high = std::max(boost::math::cdf(unit, -(x[count - 1 - i] - m) / s), 1e-300);
    sum += (2 * static_cast<double>(i) + 1) * (std::log(low) + std::log(high));
  }
  const double a = (-n - sum / n) * (1 + 0.75 / n + 2.25 / (n * n));
  if (a >= 0.6) return std::clamp(std::exp(1.2937 - 5.709 * a + 0.0186 * a * a), 0.0, 1.0) * (a < 150 ? 1 : 0);
  if (a >= 0.34) return std::exp(0.9177 - 4.279 * a - 1.38 * a * a);
  if (a >= 0.2) return 1 - std::exp(-8.318 + 42.796 * a - 59.938 * a * a);
  return 1 - std::exp(-13.436 + 101.14 * a - 223.73 * a * a);
}

}  // namespace gaincell::fit
