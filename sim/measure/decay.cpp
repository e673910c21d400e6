#include "decay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "cell_measure.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::sim {

namespace {
constexpr double kNever = std::numeric_limits<double>::infinity();

/// Time to go from rate r0 to rate r1 over dv with the rate linear in between; never, when it vanishes on the way.
double crossingTime(double r0, double r1, double dv) {
  if (dv == 0) return 0;
  if (r0 == 0 || r0 * r1 <= 0) return kNever;
  const double relative = (r1 - r0) / r0;
  return std::fabs(relative) < 1e-9 ? dv / r0 : dv / (r1 - r0) * std::log1p(relative);
}
}  // namespace

Decay::Decay(std::vector<double> v, std::vector<double> rate) : v_(std::move(v)), rate_(std::move(rate)) {
  const bool increasing = std::adjacent_find(v_.begin(), v_.end(), std::greater_equal<>()) == v_.end();
  if (v_.size() < 2 || v_.size() != rate_.size() || !increasing)
    throw support::Error("MEA-0002", "a decay needs a rate for each of at least two increasing voltages");
}

double Decay::rateAt(double v) const {
  return interpolate(v_, rate_, v);
}

double Decay::after(double start, double t) const {
  double v = std::clamp(start, v_.front(), v_.back());
  while (t > 0) {
    const double r = rateAt(v);
    if (r == 0) return v;
    // Next table voltage in the direction of travel.
    const auto above = std::upper_bound(v_.begin(), v_.end(), v);
    double next;
    if (r > 0) {
      if (above == v_.end()) return v;
      next = *above;
    } else {
      const auto at_or_above = std::lower_bound(v_.begin(), v_.end(), v);
      if (at_or_above == v_.begin()) return v;
      next = *(at_or_above - 1);
    }
    const double r_next = rateAt(next);
    const double needed = crossingTime(r, r_next, next - v);
    if (needed > t) {
      const double slope = (r_next - r) / (next - v);
      return std::fabs(slope * t) < 1e-12 ? v + r * t : v + r / slope * std::expm1(slope * t);
    }
    t -= needed;
    v = next;
  }
  return v;
}

double Decay::timeToDrift(double start, double drift) const {
  double v = std::clamp(start, v_.front(), v_.back());
  const double r0 = rateAt(v);
  const double target = r0 > 0 ? start + drift : start - drift;
  if (r0 == 0 || target > v_.back() || target < v_.front()) return kNever;
  std::vector<double> stops;
  for (const double x : v_)
    if (x > std::min(v, target) && x < std::max(v, target)) stops.push_back(x);
  if (r0 < 0) std::reverse(stops.begin(), stops.end());
  stops.push_back(target);
  double t = 0;
  for (const double next : stops) {
    t += crossingTime(rateAt(v), rateAt(next), next - v);
    v = next;
  }
  return t;
}

double Decay::equilibrium() const {
  for (std::size_t k = 1; k < v_.size(); ++k)
    if (rate_[k - 1] >= 0 && rate_[k] < 0)
      return v_[k - 1] + (v_[k] - v_[k - 1]) * rate_[k - 1] / (rate_[k - 1] - rate_[k]);
  return std::nan("");
}

double decayTime(const Decay& decay, double start, double zero, const std::vector<double>& times) {
  std::vector<double> v;
  v.reserve(times.size());
  for (const double t : times) v.push_back(decay.after(start, t));
  const auto misfit = [&](double log_tau) {
    double sum = 0;
    for (std::size_t k = 0; k < times.size(); ++k) {
      const double e = zero + (start - zero) * std::exp(-times[k] / std::exp(log_tau)) - v[k];
      sum += e * e;
    }
    return sum;
  };
  // Golden section between constants far outside what the window can tell.
  double low = std::log(times.back() * 1e-4), high = std::log(times.back() * 1e4);
  constexpr double kGolden = 0.6180339887498949;
  while (high - low > 1e-9) {
    const double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    (misfit(a) < misfit(b) ? high : low) = misfit(a) < misfit(b) ? b : a;
  }
  // At the ends of the search the window tells nothing about the time constant.
  const double tau = std::exp(0.5 * (low + high));
  return tau > times.back() * 0.99e4 || tau < times.back() * 1.01e-4 ? std::nan("") : tau;
}

}  // namespace gaincell::sim
