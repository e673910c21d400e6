#pragma once
// The loops of kernels.hpp, written once over a vector type V (see kernel_generic.cpp and kernel_avx2.cpp for what V
// must offer). Everything lives in the anonymous namespace of the including file, so that no two instruction sets share
// an instance. Multiplications and additions are never fused here except through V::fma: results then agree bit for bit
// between instruction sets wherever fma is not used.
#include <type_traits>

#include "kernels.hpp"
#include "line_loops.hpp"

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

/// Divides by a constant, rounded as a division is. Vector units divide several times slower than they multiply; where
/// they fuse, a first correction by the remainder makes the quotient from a rounded inverse faithful, a second one
/// correct (P. Markstein, "Computation of elementary functions on the IBM RISC System/6000 processor", IBM J. Res. Dev.
/// 34 (1990) 111-119).
template <typename V>
class Divider {
 public:
  using F = typename V::F;
  explicit Divider(float y) : y_(V::set(y)), minus_(V::set(-y)), inverse_(V::set(1.0F / y)) {}
  F operator()(F x) const {
    if constexpr (V::kFuses) {
      F q = V::mul(x, inverse_);
      q = V::fma(V::fma(q, minus_, x), inverse_, q);
      return V::fma(V::fma(q, minus_, x), inverse_, q);
    } else {
      return V::div(x, y_);
    }
  }

 private:
  F y_, minus_, inverse_;
};

/// To an integer, ties to even, for |x| < 2^22.
template <typename V>
typename V::F rounded(typename V::F x) {
  return V::sub(V::add(x, V::set(kRound)), V::set(kRound));
}

/// y[i] = op(x[i]), in vectors; x and y may be the same.
template <typename V, typename Op>
inline void forEach(const float* x, std::size_t n, float* y, Op op) {
  std::size_t i = 0;
  for (; i + V::kWidth <= n; i += V::kWidth) V::store(y + i, op(V::load(x + i)));
  if (i == n) return;
  float rest[V::kWidth] = {};
  for (std::size_t j = i; j < n; ++j) rest[j - i] = x[j];
  V::store(rest, op(V::load(rest)));
  for (std::size_t j = i; j < n; ++j) y[j] = rest[j - i];
}

/// a x + b in two roundings, clamped to [0, high].
template <typename V>
struct Scaling {
  typename V::F a, b, high;
  Scaling(float a_, float b_, float high_) : a(V::set(a_)), b(V::set(b_)), high(V::set(high_)) {}
  typename V::F operator()(typename V::F x) const {
    return V::min(V::max(V::add(V::mul(a, x), b), V::set(0.0F)), high);
  }
};

template <typename V>
void quantizeCodes(const float* x, std::size_t n, float a, float b, float high, float step, std::uint8_t* codes) {
  const Scaling<V> scale(a, b, high);
  const Divider<V> by_step(step);
  float piece[64];
  for (std::size_t at = 0; at < n; at += 64) {
    const std::size_t count = n - at < 64 ? n - at : 64;
    forEach<V>(x + at, count, piece, [&](typename V::F value) { return rounded<V>(by_step(scale(value))); });
    for (std::size_t i = 0; i < count; ++i)
      codes[at + i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(piece[i]));
  }
}

template <typename V>
void quantizeValues(const float* x, std::size_t n, float a, float b, float high, float step, float* values) {
  using F = typename V::F;
  const Scaling<V> scale(a, b, high);
  if (step == 0.0F) {
    forEach<V>(x, n, values, scale);
    return;
  }
  const Divider<V> by_step(step);
  const F width = V::set(step);
  forEach<V>(x, n, values, [&](F value) { return V::mul(width, rounded<V>(by_step(scale(value)))); });
}

/// Four levels as one word, for vector units that take them together.
[[maybe_unused]] inline std::int32_t fourLevels(const std::uint8_t* q) {
  std::int32_t four;
  __builtin_memcpy(&four, q, sizeof four);
  return four;
}

/// Whether no value is NaN or infinite.
bool finite(const float* x, std::size_t n) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::uint32_t bits;
    __builtin_memcpy(&bits, x + i, sizeof bits);
    bad |= static_cast<std::uint32_t>((bits & 0x7f800000U) == 0x7f800000U);
  }
  return bad == 0;
}

template <typename V>
void lookUp(const std::uint8_t* codes, std::size_t n, const float* table, float* out) {
  std::size_t i = 0;
  if constexpr (V::kPermutes) {
    const auto entries = V::loadTable(table);
    for (; i + V::kWidth <= n; i += V::kWidth) V::store(out + i, V::lookUp(entries, V::loadCodes(codes + i)));
  }
  for (; i < n; ++i) out[i] = table[codes[i]];
}

/// phi = clamp(S / s_sat, 0, 1).
template <typename V>
inline typename V::F pulseWidth(typename V::F s, typename V::F inverse_sat) {
  return V::min(V::max(V::mul(s, inverse_sat), V::set(0.0F)), V::set(1.0F));
}

/// Stores the scores and pulses of V::kWidth columns of a row of a block. @returns bit per phi > 0, in its column
template <typename V, typename Block>
inline std::uint64_t storeScores(const Block& b, std::size_t row, std::size_t column, typename V::F s,
                                 typename V::F inverse_sat) {
  if (b.s != nullptr) V::store(b.s + row * kBlock + column, s);
  const auto phi = pulseWidth<V>(s, inverse_sat);
  V::store(b.phi + row * kBlock + column, phi);
  return V::positive(phi) << column;
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
      const std::uint64_t bits = storeScores<V>(b, row, c, s, inverse);
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
  if (b.start != nullptr)
    for (std::size_t n = 0; n < N; ++n) acc[n] = V::add(acc[n], V::set(b.start[r]));
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
    if (b.columns[r] == 0 && b.accumulate && b.start == nullptr) continue;
    std::size_t e = 0;
    for (; e + 64 <= b.width; e += 64) weighRow<V, 64 / V::kWidth>(b, r, e, cells);
    for (; e < b.width; e += 16) weighRow<V, 16 / V::kWidth>(b, r, e, cells);
  }
}

/// Without a permutation of eight the table is looked up in memory: for one row a value at a time.
[[maybe_unused]] void lookUpRow(const WeighBlock& b, std::size_t r) {
  float* acc = b.acc + r * b.width;
  if (!b.accumulate)
    for (std::size_t e = 0; e < b.width; ++e) acc[e] = 0.0F;
  for (std::uint64_t left = b.columns[r]; left != 0; left &= left - 1) {
    const auto j = static_cast<std::size_t>(__builtin_ctzll(left));
    const float* table = b.table + (static_cast<std::ptrdiff_t>(r) - static_cast<std::ptrdiff_t>(j)) * 8;
    float entries[8];
    for (std::size_t n = 0; n < 8; ++n) entries[n] = b.phi[r * kBlock + j] * table[n];
    const std::uint8_t* codes = b.codes + j * b.width;
    for (std::size_t e = 0; e < b.width; ++e) acc[e] += entries[codes[e]];
  }
}

/// Adds the entries [column][level][row] of eight outputs of V::kWidth rows. Not inlined: addresses relative to the
/// stack would cost an instruction per load.
template <typename V>
[[gnu::noinline]] void lookUpTile(const WeighBlock& b, std::size_t r0, std::size_t e, std::uint64_t columns,
                                  const float* entries) {
  using F = typename V::F;
  constexpr std::size_t kRows = V::kWidth, kSums = 8;
  F acc[kSums];
  GAINCELL_UNROLL for (std::size_t n = 0; n < kSums; n += kRows) {
    F x[kRows];
    GAINCELL_UNROLL for (std::size_t r = 0; r < kRows; ++r) x[r] =
        b.accumulate ? V::load(b.acc + (r0 + r) * b.width + e + n) : V::set(0.0F);
    V::transpose(x);
    GAINCELL_UNROLL for (std::size_t i = 0; i < kRows; ++i) acc[n + i] = x[i];
  }
  for (std::uint64_t left = columns; left != 0; left &= left - 1) {
    const auto j = static_cast<std::size_t>(__builtin_ctzll(left));
    const float* column = entries + j * 8 * kRows;
    const std::uint8_t* codes = b.codes + j * b.width + e;
    GAINCELL_UNROLL for (std::size_t n = 0; n < kSums; ++n) acc[n] = V::add(acc[n], V::load(column + codes[n] * kRows));
  }
  GAINCELL_UNROLL for (std::size_t n = 0; n < kSums; n += kRows) {
    F x[kRows];
    GAINCELL_UNROLL for (std::size_t i = 0; i < kRows; ++i) x[i] = acc[n + i];
    V::transpose(x);
    GAINCELL_UNROLL for (std::size_t r = 0; r < kRows; ++r) V::store(b.acc + (r0 + r) * b.width + e + n, x[r]);
  }
}

/// As many rows as a vector has lanes: entries for all of them side by side, so that one load serves all. A row that
/// does not have a column adds zero.
template <typename V>
void lookUpRows(const WeighBlock& b, std::size_t r0) {
  using F = typename V::F;
  constexpr std::size_t kRows = V::kWidth, kTable = 8 * kRows;
  std::uint64_t any = 0;
  for (std::size_t r = 0; r < kRows; ++r) any |= b.columns[r0 + r];
  if (any == 0 && b.accumulate) return;
  alignas(64) float entries[kBlock * kTable];  // [column][level][row]
  for (std::uint64_t left = any; left != 0; left &= left - 1) {
    const auto j = static_cast<std::size_t>(__builtin_ctzll(left));
    for (std::size_t half = 0; half < 8; half += kRows) {
      F x[kRows];
      GAINCELL_UNROLL for (std::size_t r = 0; r < kRows; ++r) {
        const float* table = b.table + (static_cast<std::ptrdiff_t>(r0 + r) - static_cast<std::ptrdiff_t>(j)) * 8;
        x[r] = V::mul(V::set(b.phi[(r0 + r) * kBlock + j]), V::load(table + half));
      }
      V::transpose(x);
      GAINCELL_UNROLL for (std::size_t n = 0; n < kRows; ++n) V::store(entries + j * kTable + (half + n) * kRows, x[n]);
    }
  }
  for (std::size_t e = 0; e < b.width; e += 8) lookUpTile<V>(b, r0, e, any, entries);
}

template <typename V>
void weigh(const WeighBlock& b) {
  if (b.currents != nullptr) {
    weighAll<V>(b, b.currents);
  } else if constexpr (!V::kPermutes) {
    std::size_t r = 0;
    for (; r + V::kWidth <= b.rows; r += V::kWidth) lookUpRows<V>(b, r);
    for (; r < b.rows; ++r) lookUpRow(b, r);
  } else if (b.codes32 != nullptr) {
    weighAll<V>(b, b.codes32);
  } else {
    weighAll<V>(b, b.codes);
  }
}

template <std::size_t kValue>
using Count = std::integral_constant<std::size_t, kValue>;

/// R x N vectors of acc += a b, one chain over k for every element.
template <typename V, std::size_t R, std::size_t N>
inline void multiply(std::size_t k, const float* a, std::size_t lda, const float* b, std::size_t ldb,
                     typename V::F (&acc)[R][N]) {
  using F = typename V::F;
  GAINCELL_UNROLL_INNER for (std::size_t i = 0; i < k; ++i) {
    F col[N];
    GAINCELL_UNROLL for (std::size_t n = 0; n < N; ++n) col[n] = V::load(b + i * ldb + n * V::kWidth);
    GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) {
      const F x = V::set(a[r * lda + i]);
      GAINCELL_UNROLL for (std::size_t n = 0; n < N; ++n) acc[r][n] = V::fma(x, col[n], acc[r][n]);
    }
  }
}

/// The output converter on a vector of currents.
template <typename V>
class Conversion {
 public:
  using F = typename V::F;
  explicit Conversion(const OutputTile& t)
      : inverse_sat_(V::set(t.inverse_sat)),
        // A counter counts halves up: a last bit more, and round to even does.
        scale_(V::set(t.counter ? t.code_max * (1.0F + 0x1p-22F) : t.step)),
        divide_(t.counter ? t.code_max : t.step) {}
  template <bool kQuantized, bool kCounter>
  F convert(F current) const {
    const F z = V::min(V::max(V::mul(current, inverse_sat_), V::set(-1.0F)), V::set(1.0F));
    if constexpr (!kQuantized) return z;
    if constexpr (kCounter) return divide_(rounded<V>(V::mul(z, scale_)));
    return V::mul(scale_, rounded<V>(divide_(z)));
  }

 private:
  F inverse_sat_, scale_;
  Divider<V> divide_;
};

/// Calls body with the function that converts a vector.
template <typename V, typename Body>
inline void withGrid(const OutputTile& t, Body body) {
  using F = typename V::F;
  const Conversion<V> grid(t);
  if (t.step == 0.0F) {
    body([&grid](F x) { return grid.template convert<false, false>(x); });
  } else if (t.counter) {
    body([&grid](F x) { return grid.template convert<true, true>(x); });
  } else {
    body([&grid](F x) { return grid.template convert<true, false>(x); });
  }
}

template <typename V>
void output(const OutputTile& t) {
  withGrid<V>(t, [&t](auto grid) {
    for (std::size_t i = 0; i < t.count; i += V::kWidth) {
      const auto value = grid(V::load(t.acc + i));
      V::store(t.sum + i, V::add(V::load(t.sum + i), value));
      if (t.quantized != nullptr) V::store(t.quantized + i, value);
    }
  });
}

template <typename V, std::size_t R, std::size_t N>
inline void gemmTile(const Product& p, std::size_t i, std::size_t j) {
  typename V::F acc[R][N];
  for (std::size_t r = 0; r < R; ++r)
    for (std::size_t n = 0; n < N; ++n)
      acc[r][n] = p.accumulate ? V::load(p.c + (i + r) * p.ldc + j + n * V::kWidth) : V::set(0.0F);
  if (p.start != nullptr)
    GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) GAINCELL_UNROLL for (std::size_t n = 0; n < N; ++n) acc[r][n] =
        V::add(acc[r][n], V::set(p.start[i + r]));
  multiply<V, R, N>(p.k, p.a + i * p.lda, p.lda, p.b + j, p.ldb, acc);
  const auto each = [&](float* to, auto body) {
    GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) GAINCELL_UNROLL for (std::size_t n = 0; n < N; ++n)
        body(to + (i + r) * p.ldc + j + n * V::kWidth, acc[r][n]);
  };
  if (p.output == nullptr) {
    each(p.c, [](float* to, typename V::F x) { V::store(to, x); });
  } else {
    withGrid<V>(*p.output, [&](auto grid) {
      each(p.output->sum, [&](float* to, typename V::F x) { V::store(to, V::add(V::load(to), grid(x))); });
    });
  }
}

/// Sum of the terms of R rows and N vectors of columns; every element: one chain over the dimension per term.
template <typename V, std::size_t R, std::size_t N>
inline void sumTerms(const CurrentBlock& b, std::size_t r0, std::size_t c, typename V::F (&sum)[R][N]) {
  if (b.even != nullptr)
    GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) GAINCELL_UNROLL for (std::size_t n = 0; n < N; ++n) sum[r][n] =
        V::set(b.even[r0 + r]);
  for (std::size_t t = 0; t < b.count; ++t) {
    const CurrentBlock::Term& term = b.terms[t];
    typename V::F acc[R][N];
    GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) GAINCELL_UNROLL for (std::size_t n = 0; n < N; ++n) acc[r][n] =
        V::set(0.0F);
    multiply<V, R, N>(b.dimension, term.q + r0 * b.q_stride, b.q_stride, term.k + c, kBlock, acc);
    GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) GAINCELL_UNROLL for (std::size_t n = 0; n < N; ++n) {
      if (term.factor != nullptr) {
        sum[r][n] = V::fma(V::load(term.factor + c + n * V::kWidth - (r0 + r)), acc[r][n], sum[r][n]);
      } else {
        sum[r][n] = V::add(acc[r][n], sum[r][n]);
      }
    }
  }
}

/// `kPlain`: one term without a factor, which stays in registers.
template <typename V, bool kPlain, std::size_t R, std::size_t N>
inline void currentTile(const CurrentBlock& b, std::size_t r0, std::size_t c) {
  typename V::F sum[R][N];
  GAINCELL_UNROLL for (std::size_t r = 0; r < R; ++r) GAINCELL_UNROLL for (std::size_t n = 0; n < N; ++n) sum[r][n] =
      V::set(0.0F);
  if constexpr (kPlain) {
    multiply<V, R, N>(b.dimension, b.terms->q + r0 * b.q_stride, b.q_stride, b.terms->k + c, kBlock, sum);
  } else {
    sumTerms<V, R, N>(b, r0, c, sum);
  }
  const auto inverse = V::set(b.inverse_sat);
  for (std::size_t r = 0; r < R; ++r) {
    const std::size_t row = r0 + r;
    std::uint64_t bits = c == 0 ? 0 : b.nonzero[row];
    for (std::size_t n = 0; n < N; ++n) bits |= storeScores<V>(b, row, c + n * V::kWidth, sum[r][n], inverse);
    b.nonzero[row] = bits;
  }
}

/// Cuts m rows and n columns into tiles of registers, as wide as they go: body(rows, vectors, first row, first column),
/// the first two as constants. n: a multiple of 16.
template <typename V, std::size_t kVectors, typename Body>
inline void forTiles(std::size_t m, std::size_t n, std::size_t j, Body body) {
  constexpr std::size_t kSums = V::kGemmRows * V::kGemmVectors, kRows = kSums / kVectors < 12 ? kSums / kVectors : 12;
  for (; j + kVectors * V::kWidth <= n; j += kVectors * V::kWidth) {
    std::size_t i = 0;
    for (; i + kRows <= m; i += kRows) body(Count<kRows>{}, Count<kVectors>{}, i, j);
    for (; i + 4 <= m; i += 4) body(Count<4>{}, Count<kVectors>{}, i, j);
    for (; i < m; ++i) body(Count<1>{}, Count<kVectors>{}, i, j);
  }
  if constexpr (kVectors > 1) forTiles<V, kVectors / 2>(m, n, j, body);
}

template <typename V, typename Body>
inline void forTiles(std::size_t m, std::size_t n, Body body) {
  std::size_t j = 0;
  if (m == 1)  // one token: enough columns at once to hide the latency of the chains
    for (; j + 64 <= n; j += 64) body(Count<1>{}, Count<64 / V::kWidth>{}, 0, j);
  forTiles<V, V::kGemmVectors>(m, n, j, body);
}

template <typename V>
void currents(const CurrentBlock& b) {
  const auto run = [&b](auto plain) {
    forTiles<V>(b.rows, b.columns, [&b](auto rows, auto vectors, std::size_t r, std::size_t c) {
      currentTile<V, decltype(plain)::value, decltype(rows)::value, decltype(vectors)::value>(b, r, c);
    });
  };
  if (b.count == 1 && b.terms->factor == nullptr && b.even == nullptr) {
    run(std::true_type{});
  } else {
    run(std::false_type{});
  }
}

template <typename V>
void gemm(const Product& p) {
  forTiles<V>(p.m, p.n, [&p](auto rows, auto vectors, std::size_t i, std::size_t j) {
    gemmTile<V, decltype(rows)::value, decltype(vectors)::value>(p, i, j);
  });
}

template <typename V>
std::uint64_t convert(const float* s, std::size_t first, std::size_t last, float inverse, float* phi) {
  std::uint64_t bits = 0;
  for (std::size_t c = 0; c < kBlock; c += V::kWidth) {
    const auto x = pulseWidth<V>(V::load(s + c), V::set(inverse));
    V::store(phi + c, x);
    bits |= V::positive(x) << c;
  }
  for (std::size_t c = 0; c < first; ++c) phi[c] = 0.0F;
  for (std::size_t c = last; c < kBlock; ++c) phi[c] = 0.0F;
  if (first >= last) return 0;
  return bits & (~std::uint64_t{0} << first) & (~std::uint64_t{0} >> (kBlock - last));
}

template <typename V>
void weights(const Weights& w) {
  using F = typename V::F;
  for (std::size_t r = 0; r < w.rows; ++r) {
    const float* phi = w.phi + r * kBlock;
    float* to = w.weights + r * kBlock;
    for (std::size_t c = 0; c < kBlock; c += V::kWidth) {
      F x = V::load(phi + c);
      if (w.indicator) x = V::oneWherePositive(x);
      V::store(to + c, V::mul(V::load(w.factor + c - r), x));
    }
    for (std::size_t c = 0; c < w.first; ++c) to[c] = 0.0F;
    for (std::size_t c = w.last; c < kBlock; ++c) to[c] = 0.0F;
    if (w.sums == nullptr) continue;
    F sum = V::load(to);
    for (std::size_t c = V::kWidth; c < kBlock; c += V::kWidth) sum = V::add(sum, V::load(to + c));
    w.sums[r] = w.scale * V::sum(sum);
  }
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
  return {quantizeCodes<V>, quantizeValues<V>, finite,     lookUp<V>,  scores<V>, currents<V>, weigh<V>,
          gemm<V>,          output<V>,         convert<V>, weights<V>, select,    moveLines};
}

}  // namespace
}  // namespace gaincell::attention
