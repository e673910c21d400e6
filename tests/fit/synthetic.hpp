#pragma once
/// Known truths with known noise, the same on every machine.

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gaincell/support/random.hpp"

namespace synthetic {

/// Standard normal number n of a named stream.
inline double noise(std::string_view stream, std::uint64_t repeat, std::uint64_t n) {
  return gaincell::support::normalDraw({20250101, repeat, gaincell::support::nameHash(stream), n});
}

inline double polynomial(const std::vector<double>& c, double y) {
  double sum = 0;
  for (auto it = c.rbegin(); it != c.rend(); ++it) sum = sum * y + *it;
  return sum;
}

/// Whether `hits` of `n` fits the stated rate, within 4 standard errors of a binomial count.
inline bool atStatedRate(int hits, int n, double rate) {
  return std::fabs(hits - n * rate) <= 4 * std::sqrt(n * rate * (1 - rate));
}

}  // namespace synthetic
