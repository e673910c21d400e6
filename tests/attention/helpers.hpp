#pragma once
// Shared by the attention tests: loading cases, random inputs, comparisons.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "gaincell/attention/engine.hpp"
#include "gaincell/attention/npz.hpp"
#include "gaincell/support/random.hpp"

namespace gaincell::attention::testing {

struct Data {
  Shape shape;
  std::vector<float> q, k, v;
};

inline Scalers scalersOf(const ArrayFile& f) {
  const auto get = [&](const char* name) { return f.floats(name).values; };
  return {get("a_q"), get("b_q"), get("a_k"), get("b_k"), get("a_v"), get("b_v"), get("a_o"), get("b_o")};
}

inline Data dataOf(const ArrayFile& f) {
  const auto q = f.floats("q");
  return {{q.shape[0], q.shape[1], q.shape[2], q.shape[3]}, q.values, f.floats("k").values, f.floats("v").values};
}

inline Data randomData(const Shape& shape, std::uint64_t seed = 3) {
  Data d{shape, {}, {}, {}};
  const std::size_t n = shape.sequences() * shape.perSequence();
  std::uint64_t stream = 0;
  for (auto* x : {&d.q, &d.k, &d.v}) {
    x->resize(n);
    for (std::size_t i = 0; i < n; ++i) (*x)[i] = static_cast<float>(support::normalDraw({seed, 0, i, stream}));
    ++stream;
  }
  return d;
}

/// Scalers that put normal inputs into the ranges of the hardware with a useful share of phi > 0.
inline Scalers usefulScalers(std::size_t heads) {
  Scalers s = Scalers::identity(heads);
  for (std::size_t h = 0; h < heads; ++h) {
    const float x = static_cast<float>(h);
    s.a_q[h] = 0.2F;
    s.b_q[h] = 0.4F;
    s.a_k[h] = 0.2F;
    s.b_k[h] = 0.47F + 0.01F * x;
    s.a_v[h] = 0.25F - 0.01F * x;
    s.b_v[h] = 0.45F;
    s.a_o[h] = 0.5F;
    s.b_o[h] = 0.1F;
  }
  return s;
}

inline std::vector<float> outputOf(const Settings& settings, const Scalers& scalers, const Data& d,
                                   Intermediates* m = nullptr) {
  std::vector<float> out(d.q.size());
  Engine(settings, scalers, d.shape.heads, d.shape.dimension).run(d.shape, d.q, d.k, d.v, out, {m, nullptr});
  return out;
}

inline double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
  return worst;
}

/// Outcome of comparing quantized tiles: codes may differ by one step where z is within 1e-4 of a tie.
struct TileComparison {
  std::size_t differ = 0, wrong = 0;
};
inline TileComparison compareTiles(const std::vector<float>& analog, const std::vector<float>& got,
                                   const std::vector<float>& want, double out_sat, int levels) {
  REQUIRE(got.size() == want.size());
  REQUIRE(analog.size() == want.size());
  TileComparison c;
  const double step = 2.0 / (levels - 1);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double delta = std::abs(static_cast<double>(got[i]) - static_cast<double>(want[i]));
    if (delta < 1e-5) continue;
    ++c.differ;
    const double z = std::clamp(static_cast<double>(analog[i]) / out_sat, -1.0, 1.0) / step;
    const bool tie = std::abs(z - std::floor(z) - 0.5) < 1e-4;
    if (!tie || delta > step + 1e-5) ++c.wrong;
  }
  return c;
}

}  // namespace gaincell::attention::testing
