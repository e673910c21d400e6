#include <fmt/format.h>

#include <cmath>

#include "check.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/random.hpp"

namespace gaincell::flows {

namespace {

constexpr int kStoredLevels = 8;  // 3-bit write DAC
constexpr int kQueryLevels = 16;  // 4-bit pulse width

using Grid = std::vector<std::vector<double>>;

double draw(std::uint64_t seed, const char* what, std::size_t i, std::size_t j) {
  return support::uniformDraw({seed, i, support::nameHash(what), j});
}

Grid grid(int rows, int columns, const auto& value) {
  Grid g(static_cast<std::size_t>(rows), std::vector<double>(static_cast<std::size_t>(columns)));
  for (std::size_t i = 0; i < g.size(); ++i)
    for (std::size_t j = 0; j < g[i].size(); ++j) g[i][j] = value(i, j);
  return g;
}

}  // namespace

TileData randomTile(std::uint64_t seed, int rows, int tokens, int outputs, int operations, double vdd) {
  const auto level = [&](const char* what) {
    return [=](std::size_t i, std::size_t j) {
      return vdd * std::floor(kStoredLevels * draw(seed, what, i, j)) / (kStoredLevels - 1);
    };
  };
  TileData data{grid(rows, tokens, level("key")), grid(tokens, outputs, level("value")), {}};
  for (int k = 0; k < operations; ++k) {
    std::vector<int> query;
    for (int i = 0; i < rows; ++i)
      query.push_back(static_cast<int>(kQueryLevels *
                                       draw(seed, "query", static_cast<std::size_t>(k), static_cast<std::size_t>(i))));
    data.queries.push_back(query);
  }
  return data;
}

TileData structuredTile(const std::string& pattern, int rows, int tokens, int outputs, double vdd) {
  const auto constant = [&](double v) { return [v](std::size_t, std::size_t) { return v; }; };
  const auto checker = [&](std::size_t i, std::size_t j) { return (i + j) % 2 ? vdd : 0.0; };
  const auto all = [&](int q) { return std::vector<int>(static_cast<std::size_t>(rows), q); };
  if (pattern == "zero")
    return {grid(rows, tokens, constant(vdd / 2)), grid(tokens, outputs, constant(vdd / 2)), {all(0)}};
  if (pattern == "max")
    return {grid(rows, tokens, constant(0)), grid(tokens, outputs, constant(0)), {all(kQueryLevels - 1)}};
  if (pattern == "checkerboard")
    return {grid(rows, tokens, checker), grid(tokens, outputs, checker), {all(kQueryLevels - 1)}};
  if (pattern == "one-hot") {
    TileData data{
        grid(rows, tokens, [](std::size_t i, std::size_t j) { return 0.1 * static_cast<double>((i + j) % 10); }),
        grid(tokens, outputs, checker),
        {all(0)}};
    data.queries[0][0] = kQueryLevels - 1;
    return data;
  }
  if (pattern == "near-saturation") {
    // A quarter of the rows push with full strength: the sum ends near the converter's full scale.
    TileData data{grid(rows, tokens, constant(0)), grid(tokens, outputs, constant(vdd)), {all(0)}};
    for (int i = 0; i < rows; i += 4) data.queries[0][static_cast<std::size_t>(i)] = 5 + (i / 4) % 3;
    return data;
  }
  throw support::Error("CHK-0001", fmt::format("there is no pattern '{}'", pattern), "",
                       "patterns are: zero, max, one-hot, checkerboard, near-saturation");
}

}  // namespace gaincell::flows
