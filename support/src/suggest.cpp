#include "gaincell/support/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace gaincell::support {

namespace {
std::size_t levenshtein(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t best = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = std::exchange(row[j], best);
    }
  }
  return row.back();
}
}  // namespace

std::optional<std::string> nearestName(std::string_view name, const std::vector<std::string>& candidates) {
  std::optional<std::string> nearest;
  std::size_t best = std::min<std::size_t>(4, (name.size() + 1) / 2);
  for (const auto& candidate : candidates)
    if (const std::size_t d = levenshtein(candidate, name); d < best) {
      best = d;
      nearest = candidate;
    }
  return nearest;
}

std::string didYouMean(std::string_view name, const std::vector<std::string>& candidates, std::string otherwise) {
  const auto nearest = nearestName(name, candidates);
  return nearest ? fmt::format("did you mean '{}'?", *nearest) : std::move(otherwise);
}

}  // namespace gaincell::support
