// Relations that hold whatever the numbers: for both multiplies, every path of the engine and every kernel.
#include <algorithm>
#include <numeric>

#include "one_cell.hpp"

using namespace gaincell::attention;
using namespace gaincell::attention::testing;
namespace model = gaincell::model;

namespace {

/// A setting for each path: "codes" with and without decay, "planes", "lines".
std::vector<std::pair<std::string, Settings>> paths() {
  Settings plain;
  plain.s_sat = 20;
  plain.levels_out = 0;
  Settings decays = plain, planes = plain, lines = plain;
  decays.decay = 1e-3;
  planes.levels_kv = 0;
  auto p = std::make_shared<Physics>();
  p->conductance_uS = {4, 0, 10};
  p->slope_uS_per_V = {3};
  p->line = {Line{1e-12, 0}, Line{2e-12, 0}};
  lines.physics = p;
  return {{"codes", plain}, {"codes, decay", decays}, {"planes", planes}, {"lines", lines}};
}

struct Found {
  Intermediates m;
  std::vector<float> out;
};

Found runOf(const Settings& s, const Data& d, const std::vector<float>& phi = {}) {
  Found f;
  f.out.resize(d.q.size());
  RunOptions options;
  options.intermediates = &f.m;
  options.phi = phi;
  Engine(s, usefulScalers(d.shape.heads), d.shape.heads, d.shape.dimension).run(d.shape, d.q, d.k, d.v, f.out, options);
  return f;
}

template <class Body>
void eachPath(Body body) {
  for (const auto& path : paths())
    for (const Kernel kernel : availableKernels()) {
      Settings s = path.second;
      s.kernel = kernel;
      CAPTURE(path.first);
      CAPTURE(kernelName(kernel));
      body(s);
    }
}

/// Rows of every token put in another order.
std::vector<float> permuted(const std::vector<float>& x, std::size_t d, const std::vector<std::size_t>& order) {
  std::vector<float> out(x.size());
  for (std::size_t at = 0; at < x.size(); at += d)
    for (std::size_t e = 0; e < d; ++e) out[at + e] = x[at + order[e]];
  return out;
}

}  // namespace

TEST_CASE("sign symmetry: all charge the other way gives S and tile currents of the other sign") {
  const Data d = randomData({1, 1, 70, 16});
  eachPath([&](Settings s) {
    const std::vector<float> phi(70 * 70, 0.4F);
    const Found a = runOf(s, d, phi);
    s.sign = -1;
    const Found b = runOf(s, d, phi);
    for (std::size_t n = 0; n < a.m.s.size(); ++n) REQUIRE(a.m.s[n] == -b.m.s[n]);
    for (std::size_t n = 0; n < a.m.tile_q.size(); ++n)
      REQUIRE(a.m.tile_q[n] == doctest::Approx(-b.m.tile_q[n]).epsilon(1e-6));
  });
}

TEST_CASE("permutation of rows: S does not depend on their order, outputs follow it") {
  const Data d = randomData({1, 1, 70, 16});
  std::vector<std::size_t> order(16);
  for (std::size_t e = 0; e < 16; ++e) order[e] = (5 * e + 3) % 16;
  Data p = d;
  for (auto* x : {&p.q, &p.k, &p.v}) *x = permuted(*x, 16, order);
  eachPath([&](const Settings& s) {
    const Found a = runOf(s, d), b = runOf(s, p);
    CHECK(largestDifference(a.m.s, b.m.s) < 2e-5);
    CHECK(largestDifference(permuted(a.out, 16, order), b.out) < 2e-5);
  });
}

TEST_CASE("transposition: query and key change places where the cell is linear") {
  // With a linear cell and weights v_zero + x, S_ij is the product of the two vectors: one transposed is the other.
  eachPath([&](Settings s) {
    s.coefficients = {0, 10};
    s.decay = 0;
    s.levels_kv = s.levels_q = 0;
    if (s.physics) return;  // a line that moves is not symmetric in pulse and weight
    const std::size_t n = 8;
    Data d{{1, 1, 2, n}, std::vector<float>(2 * n), std::vector<float>(2 * n), std::vector<float>(2 * n, 0.45F)};
    for (std::size_t e = 0; e < n; ++e) {
      const float a = 0.05F * static_cast<float>(e), b = 0.04F * static_cast<float>((3 * e) % n);
      d.q[n + e] = a;
      d.k[e] = 0.45F + b;
      d.k[n + e] = 0.45F;
    }
    const auto s10 = [&](const Data& x) {
      Intermediates m;
      std::vector<float> out(2 * n);
      Engine(s, {}, 1, n).run(x.shape, x.q, x.k, x.v, out, {&m, nullptr});
      return m.s[2];
    };
    const float one = s10(d);
    for (std::size_t e = 0; e < n; ++e) {
      const float a = d.q[n + e];
      d.q[n + e] = d.k[e] - 0.45F;
      d.k[e] = 0.45F + a;
    }
    CHECK(one == doctest::Approx(s10(d)).epsilon(1e-5));
    CHECK(one > 0.1);
  });
}

TEST_CASE("a sequence does not depend on the others of its batch") {
  const Data d = randomData({3, 1, 40, 16});
  const std::size_t each = 40 * 16;
  eachPath([&](const Settings& s) {
    const Found all = runOf(s, d);
    for (std::size_t b = 0; b < 3; ++b) {
      Data one{{1, 1, 40, 16}, {}, {}, {}};
      one.q.assign(d.q.begin() + static_cast<long>(b * each), d.q.begin() + static_cast<long>((b + 1) * each));
      one.k.assign(d.k.begin() + static_cast<long>(b * each), d.k.begin() + static_cast<long>((b + 1) * each));
      one.v.assign(d.v.begin() + static_cast<long>(b * each), d.v.begin() + static_cast<long>((b + 1) * each));
      const Found alone = runOf(s, one);
      for (std::size_t n = 0; n < each; ++n) REQUIRE(alone.out[n] == all.out[b * each + n]);
    }
  });
}

TEST_CASE("superposition: charges of disjoint rows add up on a held line, and nearly so on one that moves little") {
  const Data d = randomData({1, 1, 1, 16});
  eachPath([&](const Settings& s) {
    const auto scoreOf = [&](std::size_t from, std::size_t to) {
      Data part = d;
      for (std::size_t e = 0; e < 16; ++e)
        if (e < from || e >= to) part.q[e] = -100;  // no pulse
      return static_cast<double>(runOf(s, part).m.s[0]);
    };
    CHECK(scoreOf(0, 7) + scoreOf(7, 16) == doctest::Approx(scoreOf(0, 16)).epsilon(1e-5));
  });
}

TEST_CASE("all effects off and nothing quantized: the exact product of a linear cell") {
  eachPath([&](Settings s) {
    s.coefficients = {0, 10};
    s.levels_q = s.levels_kv = s.levels_out = 0;
    s.decay = 0;
    s.physics.reset();
    s.s_sat = 40;
    const std::size_t n = 16, tokens = 20;
    Data d = randomData({1, 1, tokens, n});
    Scalers scalers = usefulScalers(1);
    std::vector<float> out(d.q.size());
    Intermediates m;
    Engine(s, scalers, 1, n).run(d.shape, d.q, d.k, d.v, out, {&m, nullptr});
    const auto clamped = [](double x, double top) { return std::min(std::max(x, 0.0), top); };
    for (std::size_t i = 0; i < tokens; ++i)
      for (std::size_t e = 0; e < n; ++e) {
        double sum = 0;
        for (std::size_t j = 0; j <= i; ++j) {
          double score = 0;
          for (std::size_t r = 0; r < n; ++r)
            score += clamped(0.2 * static_cast<double>(d.q[i * n + r]) + 0.4, 1) * 10 *
                     (clamped(0.2 * static_cast<double>(d.k[j * n + r]) + 0.47, 0.9) - 0.45);
          sum += clamped(score / 40, 1) * 10 * (clamped(0.25 * static_cast<double>(d.v[j * n + e]) + 0.45, 0.9) - 0.45);
        }
        const double z = std::min(std::max(sum / 40, -1.0), 1.0);
        REQUIRE(out[i * n + e] == doctest::Approx(0.5 * z + 0.1).epsilon(1e-4));
      }
  });
}
