#pragma once
// The loops of kernels.hpp, written once over a vector type V (see kernel_generic.cpp for what V must offer).
// Everything lives in the anonymous namespace of the including file, so that no two instruction sets share an instance.
// Multiplications and additions are never fused here except through V::fma: results then agree bit for bit between
// instruction sets wherever fma is not used.
#include <type_traits>

#include "kernels.hpp"

// Loops over registers must be unrolled early, or accumulators end up in memory. Not under the address sanitizer, whose
// checks would be multiplied: such files take minutes to compile.
#if defined(__SANITIZE_ADDRESS__)
#define GAINCELL_UNROLL
#define GAINCELL_UNROLL_INNER
#elif defined(__clang__)
#define GAINCELL_UNROLL _Pragma("clang loop unroll(full)")
#define GAINCELL_UNROLL_INNER _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__)
#define GAINCELL_UNROLL _Pragma("GCC unroll 16")
#define GAINCELL_UNROLL_INNER _Pragma("GCC unroll 4")
#else
#define GAINCELL_UNROLL
#define GAINCELL_UNROLL_INNER
#endif

namespace gaincell::attention {
namespace {

// x + kRound - kRound rounds to an integer, ties to even, for |x| < 2^22 (the spacing of float32 at 1.5 * 2^23 is one).
constexpr float kRound = 12582912.0F;

inline float clampTo(float x, float high) {
  const float low = x > 0.0F ? x : 0.0F;
  return low < high ? low : high;
}

void quantizeCodes(const float* __restrict x, std::size_t n, float a, float b, float high, float step,
                   std::uint8_t* __restrict codes) {
  for (std::size_t i = 0; i < n; ++i) {
    const float scaled = a * x[i];
    const float y = clampTo(scaled + b, high) / step;
    codes[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>((y + kRound) - kRound));
  }
}

void quantizeValues(const float* __restrict x, std::size_t n, float a, float b, float high, float step,
                    float* __restrict values) {
  if (step == 0.0F) {
    for (std::size_t i = 0; i < n; ++i) {
      const float scaled = a * x[i];
      values[i] = clampTo(scaled + b, high);
    }
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const float scaled = a * x[i];
    const float y = clampTo(scaled + b, high) / step;
    values[i] = step * ((y + kRound) - kRound);
  }
}

template <typename V>
void lookUp(const std::uint8_t* codes, std::size_t n, const float* table, float* out) {
  const auto entries = V::loadTable(table);
  std::size_t i = 0;
  for (; i + V::kWidth <= n; i += V::kWidth) V::store(out + i, V::lookUp(entries, V::loadCodes(codes + i)));
  for (; i < n; ++i) out[i] = table[codes[i]];
}

template <typename V, std::size_t R>
inline void scoreRows(const ScoreBlock& b, std::size_t r0) {
  using F = typename V::F;
  using X = typename V::X;
  const std::size_t quads = b.quads, plane = quads * kBlock * 4;
  const std::uint8_t* q = b.q + r0 * quads * 4;
  const F inverse = V::set(b.inverse_sat);
  for (std::size_t c = 0; c < kBlock; c += V::kWidth) {
    X acc0[R], acc1[R], acc2[R];
    GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) acc0[r] = acc1[r] = acc2[r] = V::zero16();
    const std::int8_t* k = b.k + c * 4;
    for (std::size_t d = 0; d < quads; ++d, k += kBlock * 4) {
      const auto k0 = V::loadBasis(k), k1 = V::loadBasis(k + plane), k2 = V::loadBasis(k + 2 * plane);
      GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) {
        const auto levels = V::broadcastLevels(q + (r * quads + d) * 4);
        acc0[r] = V::dot8(acc0[r], levels, k0);
        acc1[r] = V::dot8(acc1[r], levels, k1);
        acc2[r] = V::dot8(acc2[r], levels, k2);
      }
    }
    GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) {
      const std::size_t row = r0 + r;
      F s = V::mul(V::load(b.by_age[0] + c - row), V::set(b.q_sum[row]));
      s = V::add(s, V::mul(V::load(b.by_age[1] + c - row), V::widen(acc0[r])));
      s = V::add(s, V::mul(V::load(b.by_age[2] + c - row), V::widen(acc1[r])));
      s = V::add(s, V::mul(V::load(b.by_age[3] + c - row), V::widen(acc2[r])));
      const F phi = V::min(V::max(V::mul(s, inverse), V::set(0.0F)), V::set(1.0F));
      V::store(b.phi + row * kBlock + c, phi);
      if (b.s != nullptr) V::store(b.s + row * kBlock + c, s);
      const std::uint64_t bits = V::positive(phi) << c;
      b.nonzero[row] = c == 0 ? bits : b.nonzero[row] | bits;
    }
  }
}

template <typename V>
void scores(const ScoreBlock& b) {
  std::size_t r = 0;
  for (; r + V::kScoreRows <= b.rows; r += V::kScoreRows) scoreRows<V, V::kScoreRows>(b, r);
  for (; r < b.rows; ++r) scoreRows<V, 1>(b, r);
}

/// Cell: a current (float) or a code to look up.
template <typename V, std::size_t N, typename Cell>
inline void weighRow(const WeighBlock& b, std::size_t r, std::size_t e, const Cell* cells) {
  using F = typename V::F;
  F acc[N];
  float* to = b.acc + r * b.width + e;
  for (std::size_t n = 0; n < N; ++n) acc[n] = b.accumulate ? V::load(to + n * V::kWidth) : V::set(0.0F);
  const float* phi = b.phi + r * kBlock;
  for (std::uint64_t left = b.columns[r]; left != 0; left &= left - 1) {
    const auto j = static_cast<std::size_t>(__builtin_ctzll(left));
    const Cell* cell = cells + j * b.width + e;
    const F weight = V::set(phi[j]);
    if constexpr (std::is_same_v<Cell, float>) {
      for (std::size_t n = 0; n < N; ++n) acc[n] = V::fma(weight, V::load(cell + n * V::kWidth), acc[n]);
    } else {
      const auto age = static_cast<std::ptrdiff_t>(r) - static_cast<std::ptrdiff_t>(j);
      const F entries = V::mul(weight, V::loadTable(b.table + age * 8));
      for (std::size_t n = 0; n < N; ++n)
        acc[n] = V::add(acc[n], V::lookUp(entries, V::loadCodes(cell + n * V::kWidth)));
    }
  }
  for (std::size_t n = 0; n < N; ++n) V::store(to + n * V::kWidth, acc[n]);
}

template <typename V, typename Cell>
void weighAll(const WeighBlock& b, const Cell* cells) {
  for (std::size_t r = 0; r < b.rows; ++r) {
    if (b.columns[r] == 0 && b.accumulate) continue;
    std::size_t e = 0;
    for (; e + 64 <= b.width; e += 64) weighRow<V, 64 / V::kWidth>(b, r, e, cells);
    for (; e < b.width; e += 16) weighRow<V, 16 / V::kWidth>(b, r, e, cells);
  }
}

template <typename V>
void weigh(const WeighBlock& b) {
  if (b.currents != nullptr) {
    weighAll<V>(b, b.currents);
  } else if (b.codes32 != nullptr) {
    weighAll<V>(b, b.codes32);
  } else {
    weighAll<V>(b, b.codes);
  }
}

/// R x N vectors of acc += a b, one chain over k for every element.
template <typename V, std::size_t R, std::size_t N>
inline void multiply(std::size_t k, const float* a, std::size_t lda, const float* b, std::size_t ldb,
                     typename V::F (&acc)[R][N]) {
  using F = typename V::F;
  GAINCELL_UNROLL_INNER for (std::size_t i = 0; i < k; ++i) {
    F col[N];
    for (std::size_t n = 0; n < N; ++n) col[n] = V::load(b + i * ldb + n * V::kWidth);
    for (std::size_t r = 0; r < R; ++r) {
      const F x = V::set(a[r * lda + i]);
      for (std::size_t n = 0; n < N; ++n) acc[r][n] = V::fma(x, col[n], acc[r][n]);
    }
  }
}

template <typename V, std::size_t R, std::size_t N, bool kAccumulate>
inline void gemmTile(std::size_t k, const float* a, std::size_t lda, const float* b, std::size_t ldb, float* c,
                     std::size_t ldc) {
  typename V::F acc[R][N];
  for (std::size_t r = 0; r < R; ++r)
    for (std::size_t n = 0; n < N; ++n) acc[r][n] = kAccumulate ? V::load(c + r * ldc + n * V::kWidth) : V::set(0.0F);
  multiply<V, R, N>(k, a, lda, b, ldb, acc);
  for (std::size_t r = 0; r < R; ++r)
    for (std::size_t n = 0; n < N; ++n) V::store(c + r * ldc + n * V::kWidth, acc[r][n]);
}

template <typename V, std::size_t R, std::size_t N>
inline void currentTile(const CurrentBlock& b, std::size_t r0, std::size_t c) {
  typename V::F acc[R][N];
  for (std::size_t r = 0; r < R; ++r)
    for (std::size_t n = 0; n < N; ++n) acc[r][n] = V::set(0.0F);
  multiply<V, R, N>(b.dimension, b.q + r0 * b.q_stride, b.q_stride, b.k + c, kBlock, acc);
  const auto inverse = V::set(b.inverse_sat), zero = V::set(0.0F), one = V::set(1.0F);
  for (std::size_t r = 0; r < R; ++r) {
    const std::size_t row = r0 + r;
    std::uint64_t bits = c == 0 ? 0 : b.nonzero[row];
    for (std::size_t n = 0; n < N; ++n) {
      const std::size_t column = c + n * V::kWidth;
      const auto phi = V::min(V::max(V::mul(acc[r][n], inverse), zero), one);
      V::store(b.phi + row * kBlock + column, phi);
      if (b.s != nullptr) V::store(b.s + row * kBlock + column, acc[r][n]);
      bits |= V::positive(phi) << column;
    }
    b.nonzero[row] = bits;
  }
}

template <typename V>
void currents(const CurrentBlock& b) {
  constexpr std::size_t kVectors = V::kGemmVectors, kColumns = kVectors * V::kWidth;
  std::size_t c = 0;
  if (b.rows == 1)  // one token: enough columns at once to hide the latency of the chains
    for (; c + 64 <= b.columns; c += 64) currentTile<V, 1, 64 / V::kWidth>(b, 0, c);
  for (; c + kColumns <= b.columns; c += kColumns) {
    std::size_t r = 0;
    for (; r + V::kGemmRows <= b.rows; r += V::kGemmRows) currentTile<V, V::kGemmRows, kVectors>(b, r, c);
    if (r + 4 <= b.rows) {
      currentTile<V, 4, kVectors>(b, r, c);
      r += 4;
    }
    for (; r < b.rows; ++r) currentTile<V, 1, kVectors>(b, r, c);
  }
  for (; c < b.columns; c += V::kWidth)
    for (std::size_t r = 0; r < b.rows; ++r) currentTile<V, 1, 1>(b, r, c);
}

template <typename V, bool kAccumulate>
void gemmAll(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda, const float* b,
             std::size_t ldb, float* c, std::size_t ldc) {
  constexpr std::size_t kVectors = V::kGemmVectors, kColumns = kVectors * V::kWidth;
  std::size_t j = 0;
  if (m == 1)  // one token: enough columns at once to hide the latency of the chains
    for (; j + 64 <= n; j += 64) gemmTile<V, 1, 64 / V::kWidth, kAccumulate>(k, a, lda, b + j, ldb, c + j, ldc);
  for (; j + kColumns <= n; j += kColumns) {
    std::size_t i = 0;
    for (; i + V::kGemmRows <= m; i += V::kGemmRows)
      gemmTile<V, V::kGemmRows, kVectors, kAccumulate>(k, a + i * lda, lda, b + j, ldb, c + i * ldc + j, ldc);
    if (i + 4 <= m) {
      gemmTile<V, 4, kVectors, kAccumulate>(k, a + i * lda, lda, b + j, ldb, c + i * ldc + j, ldc);
      i += 4;
    }
    for (; i < m; ++i) gemmTile<V, 1, kVectors, kAccumulate>(k, a + i * lda, lda, b + j, ldb, c + i * ldc + j, ldc);
  }
  for (; j < n; j += V::kWidth)
    for (std::size_t i = 0; i < m; ++i)
      gemmTile<V, 1, 1, kAccumulate>(k, a + i * lda, lda, b + j, ldb, c + i * ldc + j, ldc);
}

template <typename V>
void gemm(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda, const float* b, std::size_t ldb,
          float* c, std::size_t ldc, bool accumulate) {
  accumulate ? gemmAll<V, true>(m, n, k, a, lda, b, ldb, c, ldc) : gemmAll<V, false>(m, n, k, a, lda, b, ldb, c, ldc);
}

inline float clampOutput(float x, float inverse) {
  float z = x * inverse;
  z = z > -1.0F ? z : -1.0F;
  return z < 1.0F ? z : 1.0F;
}

template <typename Grid>
inline void outputAs(const OutputTile& t, Grid grid) {
  const float* __restrict acc = t.acc;
  float* __restrict sum = t.sum;
  float* __restrict quantized = t.quantized;
  const std::size_t n = t.count;
  const float inverse = t.inverse_sat;
  for (std::size_t i = 0; i < n; ++i) sum[i] += grid(clampOutput(acc[i], inverse));
  for (std::size_t i = 0; quantized != nullptr && i < n; ++i) quantized[i] = grid(clampOutput(acc[i], inverse));
}

void output(const OutputTile& t) {
  const float step = t.step, top = t.code_max;
  if (step == 0.0F) {
    outputAs(t, [](float z) { return z; });
  } else if (t.counter) {
    outputAs(t, [top](float z) { return ((z * top + kRound) - kRound) / top; });
  } else {
    outputAs(t, [step](float z) { return step * ((z / step + kRound) - kRound); });
  }
}

template <typename V>
std::uint64_t convert(const float* s, std::size_t first, std::size_t last, float inverse, float* phi) {
  std::uint64_t bits = 0;
  for (std::size_t c = 0; c < kBlock; c += V::kWidth) {
    const auto x = V::min(V::max(V::mul(V::load(s + c), V::set(inverse)), V::set(0.0F)), V::set(1.0F));
    V::store(phi + c, x);
    bits |= V::positive(x) << c;
  }
  for (std::size_t c = 0; c < first; ++c) phi[c] = 0.0F;
  for (std::size_t c = last; c < kBlock; ++c) phi[c] = 0.0F;
  if (first >= last) return 0;
  return bits & (~std::uint64_t{0} << first) & (~std::uint64_t{0} >> (kBlock - last));
}

std::size_t select(const std::uint64_t* bits, std::size_t rows, std::uint64_t range, std::uint64_t* chosen) {
  std::size_t count = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    chosen[r] = bits[r] & range;
    count += static_cast<std::size_t>(__builtin_popcountll(chosen[r]));
  }
  return count;
}

template <typename V>
constexpr KernelTable makeTable() {
  return {quantizeCodes, quantizeValues, lookUp<V>, scores<V>,  currents<V>,
          weigh<V>,      gemm<V>,        output,    convert<V>, select};
}

}  // namespace
}  // namespace gaincell::attention
