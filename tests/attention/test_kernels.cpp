// Every table of kernels against plain loops: to the bit where all must agree, in double precision elsewhere. Needs
// nothing but the kernels, so that scripts/test-aarch64.sh can run it under emulation.
#include "kernels.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

using namespace gaincell::attention;

namespace {

std::vector<const KernelTable*> tables() {
  std::vector<const KernelTable*> all{genericKernels()};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && avx2Kernels() != nullptr)
    all.push_back(avx2Kernels());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && avx512Kernels() != nullptr)
    all.push_back(avx512Kernels());
#endif
  return all;
}

std::mt19937 random_bits(5);

std::vector<float> floats(std::size_t n, float low = -1, float high = 1) {
  std::uniform_real_distribution<float> draw(low, high);
  std::vector<float> x(n);
  for (auto& e : x) e = draw(random_bits);
  return x;
}

std::vector<std::uint8_t> bytes(std::size_t n, int below) {
  std::vector<std::uint8_t> x(n);
  for (auto& e : x) e = static_cast<std::uint8_t>(std::uniform_int_distribution<int>(0, below - 1)(random_bits));
  return x;
}

/// phi of a block, a third of it zero, and its bits.
struct Pulses {
  explicit Pulses(std::size_t rows) : phi(floats(rows * kBlock, -0.5F, 1)), bits(rows, 0) {
    for (std::size_t i = 0; i < phi.size(); ++i) {
      phi[i] = std::max(phi[i], 0.0F);
      bits[i / kBlock] |= static_cast<std::uint64_t>(phi[i] > 0) << i % kBlock;
    }
  }
  std::vector<float> phi;
  std::vector<std::uint64_t> bits;
};

constexpr std::size_t kWindow = 400;
/// Factors by age; at(r, c): of row r, column c.
struct ByAge {
  ByAge() : values(floats(kWindow, 0.5F, 1)) {}
  const float* at() const { return values.data() + 200; }
  float at(std::size_t r, std::size_t c) const { return values[200 + c - r]; }
  std::vector<float> values;
};

}  // namespace

TEST_CASE("quantization and look-ups agree to the bit") {
  const auto x = floats(203, -2, 2);
  const float step = 1.0F / 15;
  const auto scaled = [](float e) {
    const float product = 0.7F * e;
    return std::min(std::max(product + 0.3F, 0.0F), 1.0F);
  };
  const float table[8] = {0.5F, -1, 2, 3.25F, -4, 5, 6, -7};
  const auto codes = bytes(203, 8);
  for (const auto* k : tables()) {
    std::vector<std::uint8_t> levels(x.size());
    std::vector<float> values(x.size()), clamped(x.size()), out(x.size());
    k->quantizeCodes(x.data(), x.size(), 0.7F, 0.3F, 1, step, levels.data());
    k->quantizeValues(x.data(), x.size(), 0.7F, 0.3F, 1, step, values.data());
    k->quantizeValues(x.data(), x.size(), 0.7F, 0.3F, 1, 0, clamped.data());
    k->lookUp(codes.data(), codes.size(), table, out.data());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float level = std::nearbyint(scaled(x[i]) / step);
      wrong += levels[i] != static_cast<std::uint8_t>(level) || values[i] != step * level ||
               clamped[i] != scaled(x[i]) || out[i] != table[codes[i]];
    }
    CHECK(wrong == 0);
    CHECK(k->finite(x.data(), x.size()));
    auto bad = x;
    bad[200] = -std::numeric_limits<float>::infinity();
    CHECK(!k->finite(bad.data(), bad.size()));
  }
}

TEST_CASE("scores from levels agree to the bit") {
  constexpr std::size_t kQuads = 5;
  for (std::size_t rows : {1, 4, 7, 64}) {
    const auto q = bytes(rows * kQuads * 4, 256);
    const auto raw = bytes(3 * kQuads * kBlock * 4, 15);
    std::vector<std::int8_t> k(raw.size());
    for (std::size_t i = 0; i < k.size(); ++i) k[i] = static_cast<std::int8_t>(raw[i] - 7);
    const auto sums = floats(rows, 0, 300);
    const ByAge ages[4];
    for (const auto* kernels : tables()) {
      std::vector<float> phi(rows * kBlock), s(rows * kBlock);
      std::vector<std::uint64_t> bits(rows);
      ScoreBlock b;
      b.rows = rows;
      b.quads = kQuads;
      b.q = q.data();
      b.q_sum = sums.data();
      b.k = k.data();
      for (int n = 0; n < 4; ++n) b.by_age[n] = ages[n].at();
      b.inverse_sat = 1.0F / 5000;
      b.phi = phi.data();
      b.s = s.data();
      b.nonzero = bits.data();
      kernels->scores(b);
      std::size_t wrong = 0;
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < kBlock; ++c) {
          float want = ages[0].at(r, c) * sums[r];
          for (std::size_t p = 0; p < 3; ++p) {
            int dot = 0;
            for (std::size_t e = 0; e < kQuads * 4; ++e)
              dot += q[r * kQuads * 4 + e] * k[((p * kQuads + e / 4) * kBlock + c) * 4 + e % 4];
            const float term = ages[p + 1].at(r, c) * static_cast<float>(dot);
            want += term;
          }
          const float pulse = std::min(std::max(want * b.inverse_sat, 0.0F), 1.0F);
          wrong += s[r * kBlock + c] != want || phi[r * kBlock + c] != pulse || (bits[r] >> c & 1) != (pulse > 0);
        }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("the second multiply by codes agrees to the bit, one row or many") {
  constexpr std::size_t kWidth = 80;
  for (std::size_t rows : {1, 3, 10, 64}) {
    const Pulses pulses(rows);
    const auto codes = bytes(kBlock * kWidth, 8);
    const std::vector<std::int32_t> wide(codes.begin(), codes.end());
    const auto table = floats(8 * 3 * kBlock);
    const auto before = floats(rows * kWidth);
    std::vector<std::uint64_t> columns(rows);
    const std::uint64_t range = 0x0fffffffffffff00ULL;
    for (const auto* k : tables()) {
      std::size_t count = 0;
      for (auto bits : pulses.bits) count += static_cast<std::size_t>(__builtin_popcountll(bits & range));
      CHECK(k->select(pulses.bits.data(), rows, range, columns.data()) == count);
      for (bool accumulate : {false, true}) {
        auto acc = before;
        WeighBlock b;
        b.rows = rows;
        b.width = kWidth;
        b.phi = pulses.phi.data();
        b.columns = columns.data();
        b.codes = codes.data();
        b.codes32 = rows >= 8 ? wide.data() : nullptr;
        b.table = table.data() + 8 * kBlock;
        b.acc = acc.data();
        b.accumulate = accumulate;
        k->weigh(b);
        std::size_t wrong = 0;
        for (std::size_t r = 0; r < rows; ++r)
          for (std::size_t e = 0; e < kWidth; ++e) {
            float want = accumulate ? before[r * kWidth + e] : 0.0F;
            for (std::size_t j = 0; j < kBlock; ++j) {
              const float entry = pulses.phi[r * kBlock + j] * table[8 * (kBlock + r - j) + codes[j * kWidth + e]];
              if (columns[r] >> j & 1) want += entry;
            }
            wrong += acc[r * kWidth + e] != want;
          }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("scores from currents: the sum of the terms, whatever the rows at once") {
  constexpr std::size_t kDimension = 24;
  const std::size_t rows = 64;
  const auto q = floats(2 * rows * kDimension, 0, 1), k = floats(2 * kDimension * kBlock), even = floats(rows);
  const ByAge age;
  const CurrentBlock::Term terms[2] = {{q.data(), k.data(), nullptr},
                                       {q.data() + rows * kDimension, k.data() + kDimension * kBlock, age.at()}};
  for (const auto* kernels : tables()) {
    for (std::size_t count : {0, 1, 2}) {
      std::vector<float> phi(rows * kBlock), s(rows * kBlock), one(kBlock);
      std::vector<std::uint64_t> bits(rows);
      CurrentBlock b;
      b.rows = rows;
      b.columns = kBlock;
      b.dimension = b.q_stride = kDimension;
      b.terms = terms;
      b.count = count;
      b.even = count == 2 ? even.data() : nullptr;
      b.inverse_sat = 0.25F;
      b.phi = phi.data();
      b.s = s.data();
      b.nonzero = bits.data();
      kernels->currents(b);
      double worst = 0;
      std::size_t wrong = 0;
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < kBlock; ++c) {
          double want = count == 2 ? static_cast<double>(even[r]) : 0;
          for (std::size_t t = 0; t < count; ++t)
            for (std::size_t e = 0; e < kDimension; ++e)
              want += static_cast<double>(terms[t].q[r * kDimension + e]) *
                      static_cast<double>(terms[t].k[e * kBlock + c]) *
                      (t == 1 ? static_cast<double>(age.at(r, c)) : 1.0);
          const float got = s[r * kBlock + c], pulse = std::min(std::max(got * 0.25F, 0.0F), 1.0F);
          worst = std::max(worst, std::abs(want - static_cast<double>(got)));
          wrong += phi[r * kBlock + c] != pulse || (bits[r] >> c & 1) != (pulse > 0);
        }
      CHECK(worst < 1e-5);
      CHECK(wrong == 0);
      if (count != 1) continue;
      CurrentBlock alone = b;
      CurrentBlock::Term last = terms[0];
      last.q += (rows - 1) * kDimension;
      alone.rows = 1;
      alone.terms = &last;
      alone.s = one.data();
      kernels->currents(alone);
      CHECK(std::memcmp(one.data(), &s[(rows - 1) * kBlock], kBlock * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("products: dense and by set bits the same bits, near the sum in double precision") {
  constexpr std::size_t kWidth = 80;
  for (std::size_t rows : {1, 5, 64}) {
    const Pulses pulses(rows);
    const auto currents = floats(kBlock * kWidth), before = floats(rows * kWidth), start = floats(rows);
    for (const auto* k : tables()) {
      auto dense = before, sparse = before;
      k->gemm({rows, kWidth, kBlock, pulses.phi.data(), kBlock, currents.data(), kWidth, dense.data(), kWidth, true,
               start.data(), nullptr});
      WeighBlock b;
      b.rows = rows;
      b.width = kWidth;
      b.phi = pulses.phi.data();
      b.columns = pulses.bits.data();
      b.currents = currents.data();
      b.acc = sparse.data();
      b.start = start.data();
      k->weigh(b);
      CHECK(dense == sparse);
      double worst = 0;
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t e = 0; e < kWidth; ++e) {
          double want = static_cast<double>(before[r * kWidth + e]) + static_cast<double>(start[r]);
          for (std::size_t j = 0; j < kBlock; ++j)
            want += static_cast<double>(pulses.phi[r * kBlock + j]) * static_cast<double>(currents[j * kWidth + e]);
          worst = std::max(worst, std::abs(want - static_cast<double>(dense[r * kWidth + e])));
        }
      CHECK(worst < 1e-5);
      // The conversion on the way out is that of a tile.
      for (int grid = 0; grid < 3; ++grid) {
        std::vector<float> sum(rows * kWidth, 0.5F), fused(rows * kWidth, 0.5F), quantized(rows * kWidth);
        OutputTile t;
        t.count = rows * kWidth;
        t.acc = dense.data();
        t.inverse_sat = 0.1F;
        t.step = grid == 0 ? 0.0F : grid == 1 ? 2.0F / 31 : 1.0F;
        t.counter = grid == 2;
        t.code_max = 15;
        t.sum = sum.data();
        t.quantized = quantized.data();
        k->output(t);
        t.sum = fused.data();
        auto c = before;
        k->gemm({rows, kWidth, kBlock, pulses.phi.data(), kBlock, currents.data(), kWidth, c.data(), kWidth, true,
                 start.data(), &t});
        CHECK(fused == sum);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < sum.size(); ++i) {
          const float z = std::min(std::max(dense[i] * 0.1F, -1.0F), 1.0F);
          const float want = grid == 0   ? z
                             : grid == 1 ? t.step * std::nearbyint(z / t.step)
                                         : std::nearbyint(z * 15.0F) / 15.0F;
          wrong += quantized[i] != want;
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("a counter counts halves up, away from zero") {
  // Nine codes each way, so that halves are exact numbers.
  for (const auto* k : tables()) {
    std::vector<float> z(16, 0.0F), sum(16, 0.0F), found(16);
    const float halves[8] = {0.5F, 1.5F, 2.5F, 7.5F, -0.5F, -1.5F, -2.5F, -7.5F};
    for (std::size_t i = 0; i < 8; ++i) z[i] = halves[i] / 8;
    z[8] = 0.4375F / 8;
    z[9] = -1;
    OutputTile t;
    t.count = 16;
    t.acc = z.data();
    t.inverse_sat = 1;
    t.step = 1;
    t.counter = true;
    t.code_max = 8;
    t.sum = sum.data();
    t.quantized = found.data();
    k->output(t);
    const float want[10] = {1, 2, 3, 8, -1, -2, -3, -8, 0, -8};
    for (std::size_t i = 0; i < 10; ++i) CHECK(found[i] * 8 == want[i]);
  }
}

TEST_CASE("weights: factors by age in a range of columns, and their sums") {
  const std::size_t rows = 9;
  const Pulses pulses(rows);
  const ByAge age;
  for (const auto* k : tables()) {
    for (bool indicator : {false, true}) {
      std::vector<float> weights(rows * kBlock), sums(rows);
      Weights w;
      w.rows = rows;
      w.first = 3;
      w.last = 60;
      w.phi = pulses.phi.data();
      w.factor = age.at();
      w.indicator = indicator;
      w.weights = weights.data();
      w.sums = sums.data();
      w.scale = 2;
      k->weights(w);
      std::size_t wrong = 0;
      for (std::size_t r = 0; r < rows; ++r) {
        double sum = 0;
        for (std::size_t c = 0; c < kBlock; ++c) {
          const float phi = pulses.phi[r * kBlock + c], x = indicator ? static_cast<float>(phi > 0) : phi;
          const float want = c >= 3 && c < 60 ? age.at(r, c) * x : 0.0F;
          wrong += weights[r * kBlock + c] != want;
          sum += 2 * static_cast<double>(want);
        }
        CHECK(std::abs(sum - static_cast<double>(sums[r])) < 1e-4);
      }
      CHECK(wrong == 0);
    }
  }
}
