#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/attention/run_file.hpp"
#include "gaincell/check/check.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/random_tile.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::check {

namespace {

Grid grid(int rows, int columns, const auto& value) {
  Grid g(static_cast<std::size_t>(rows), std::vector<double>(static_cast<std::size_t>(columns)));
  for (std::size_t i = 0; i < g.size(); ++i)
    for (std::size_t j = 0; j < g[i].size(); ++j) g[i][j] = value(i, j);
  return g;
}

/// One value of [B,H,T,D].
struct Sequence {
  const std::vector<float>& values;
  attention::Shape shape;
  std::size_t first;  ///< of the batch and head

  double at(std::size_t token, std::size_t element) const {
    return static_cast<double>(values[first + token * shape.dimension + element]);
  }
};

void requireTile(const attention::Shape& shape, const TileSelection& selection, const TileSize& size,
                 const std::string& file) {
  const auto [rows, tokens, outputs, operations] = size;
  const auto fail = [&](const std::string& what, const std::string& remedy) {
    throw support::Error("CHK-0004", what, file, remedy);
  };
  if (selection.batch >= shape.batch || selection.head >= shape.heads)
    fail(fmt::format("there is no sequence {} with head {}", selection.batch, selection.head),
         fmt::format("the file has {} sequences of {} heads, counted from 0", shape.batch, shape.heads));
  if ((selection.tile + 1) * static_cast<std::size_t>(tokens) > shape.tokens)
    fail(fmt::format("tile {} of {} tokens lies behind the end", selection.tile, tokens),
         fmt::format("the sequences have {} tokens", shape.tokens));
  if (static_cast<std::size_t>(std::max(rows, outputs)) > shape.dimension)
    fail(fmt::format("{} rows and {} outputs were asked for", rows, outputs),
         fmt::format("the file's dimension is {}", shape.dimension));
  if (operations > tokens)
    fail(fmt::format("{} queries were asked for", operations), fmt::format("a tile has {}", tokens));
}

}  // namespace

std::filesystem::path exampleData() {
  return pdk::pdkFolder().parent_path() / "examples" / "lm_layer0.npz";
}

TileData fileTile(const design::Design& design, const std::filesystem::path& path, const TileSelection& selection,
                  const TileSize& size) {
  const int rows = size.rows, tokens = size.tokens;
  const auto file = attention::ArrayFile::open(path);
  const attention::InputData input = attention::readInput(*file);
  const attention::Shape shape = input.header.shape;
  requireTile(shape, selection, size, path.string());
  // Scaling, clamping and quantization are the behavioral simulator's own.
  attention::Intermediates levels;
  attention::RunOptions options;
  options.intermediates = &levels;
  std::vector<float> out(input.q.size());
  attention::Settings settings;
  settings.value_max = design::kHighestWeight;
  settings.levels_q = design::topPulse(design) + 1;
  settings.levels_kv = design::storedLevels(design);
  attention::Engine(settings, input.header.scalers, shape.heads, shape.dimension)
      .run(shape, input.q, input.k, input.v, out, options);
  const std::size_t first = (selection.batch * shape.heads + selection.head) * shape.perSequence();
  const std::size_t token0 = selection.tile * static_cast<std::size_t>(tokens);
  const Sequence q{levels.q_q, shape, first}, k{levels.k_q, shape, first}, v{levels.v_q, shape, first};
  // A level's own number, without the rounding of float32.
  const double step = design::weightOfLevel(design, 1);
  const auto level = [&](double value) { return design::weightOfLevel(design, std::round(value / step)); };
  TileData data{fmt::format("{}, sequence {}, head {}, tokens {} to {}", path.filename().string(), selection.batch,
                            selection.head, token0, token0 + static_cast<std::size_t>(tokens) - 1),
                grid(rows, tokens, [&](std::size_t i, std::size_t j) { return level(k.at(token0 + j, i)); }),
                grid(tokens, size.outputs, [&](std::size_t j, std::size_t e) { return level(v.at(token0 + j, e)); }),
                {}};
  for (int n = size.operations; n > 0; --n) {
    const std::size_t token = token0 + static_cast<std::size_t>(tokens - n);
    std::vector<int> query;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i)
      query.push_back(static_cast<int>(std::lround(design::topPulse(design) * q.at(token, i))));
    data.queries.push_back(query);
  }
  return data;
}

TileData randomTile(const design::Design& design, std::uint64_t seed, const TileSize& size) {
  const sim::RandomTile tile(design, seed);
  const auto weight = [&](int level) { return design::weightOfLevel(design, level); };
  TileData data{"random levels",
                grid(size.rows, size.tokens, [&](std::size_t i, std::size_t j) { return weight(tile.key(i, j)); }),
                grid(size.tokens, size.outputs, [&](std::size_t j, std::size_t e) { return weight(tile.value(j, e)); }),
                {}};
  for (std::size_t k = 0; k < static_cast<std::size_t>(size.operations); ++k) {
    auto& query = data.queries.emplace_back();
    for (std::size_t i = 0; i < static_cast<std::size_t>(size.rows); ++i) query.push_back(tile.query(k, i));
  }
  return data;
}

TileData structuredTile(const design::Design& design, const std::string& pattern, const TileSize& size) {
  const int rows = size.rows, tokens = size.tokens, outputs = size.outputs, top = design::topPulse(design);
  const double most = design::kHighestWeight;
  const auto constant = [](double v) { return [v](std::size_t, std::size_t) { return v; }; };
  const auto checker = [&](std::size_t i, std::size_t j) { return (i + j) % 2 ? 0.0 : most; };
  const auto all = [&](int q) { return std::vector<int>(static_cast<std::size_t>(rows), q); };
  if (pattern == "zero")
    return {pattern, grid(rows, tokens, constant(most / 2)), grid(tokens, outputs, constant(most / 2)), {all(0)}};
  if (pattern == "max")
    return {pattern, grid(rows, tokens, constant(most)), grid(tokens, outputs, constant(most)), {all(top)}};
  if (pattern == "checkerboard")
    return {pattern, grid(rows, tokens, checker), grid(tokens, outputs, checker), {all(top)}};
  if (pattern == "one-hot") {
    const auto levels = static_cast<std::size_t>(design::storedLevels(design));
    const auto stairs = [&](std::size_t i, std::size_t j) {
      return design::weightOfLevel(design, static_cast<double>((i + j) % levels));
    };
    TileData data{pattern, grid(rows, tokens, stairs), grid(tokens, outputs, checker), {all(0)}};
    data.queries[0][0] = top;
    return data;
  }
  if (pattern == "near-saturation") {
    // A quarter of the rows push with full strength: the sum ends near the converter's full scale.
    TileData data{pattern, grid(rows, tokens, constant(most)), grid(tokens, outputs, constant(0)), {all(0)}};
    for (int i = 0; i < rows; i += 4) data.queries[0][static_cast<std::size_t>(i)] = 5 + (i / 4) % 3;
    return data;
  }
  throw support::Error("CHK-0001", fmt::format("there is no pattern '{}'", pattern), "",
                       "patterns are: zero, max, one-hot, checkerboard, near-saturation");
}

}  // namespace gaincell::check
