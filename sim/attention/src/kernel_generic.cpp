// Portable kernels on Highway, for the vectors that every processor of the target has: SSE4.2 on x86-64 (the x86-64-v2
// that CMakeLists.txt compiles this file for), NEON on aarch64, plain C++ where Highway has no vectors.
#define HWY_BROKEN_EMU128 0  // the compiler's bug that turns EMU128 off is in MulHigh, which nothing here uses
#if defined(__aarch64__)
#define TOOLCHAIN_MISS_SYS_AUXV_H \
  1  // no dispatch at run time, for which all would be compiled for the crypto extension
#endif
#include <hwy/highway.h>

#include "kernel_loops.hpp"

namespace gaincell::attention {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

struct Portable {
  static constexpr std::size_t kWidth = 4, kGemmRows = 6, kGemmVectors = 2, kScoreRows = 4;
  static constexpr bool kFuses = HWY_NATIVE_FMA != 0, kPermutes = false;
  using DF = hn::FixedTag<float, 4>;
  using DI = hn::FixedTag<std::int32_t, 4>;
  using DX = hn::FixedTag<std::int16_t, 8>;
  using F = hn::Vec<DF>;
  using X = hn::Vec<DX>;  ///< sums of pairs: at most 15 * 7 * dimension / 2, checked where the path is chosen
  struct Pairs {
    X even, odd;
  };

  static F load(const float* p) { return hn::LoadU(DF(), p); }
  static F set(float x) { return hn::Set(DF(), x); }
  static void store(float* p, F x) { hn::StoreU(x, DF(), p); }
  static F add(F a, F b) { return hn::Add(a, b); }
  static F sub(F a, F b) { return hn::Sub(a, b); }
  static F div(F a, F b) { return hn::Div(a, b); }
  static F mul(F a, F b) { return hn::Mul(a, b); }
  static F fma(F a, F b, F c) { return hn::MulAdd(a, b, c); }
  static F min(F a, F b) { return hn::Min(a, b); }
  static F max(F a, F b) { return hn::Max(a, b); }
  static float sum(F x) { return hn::GetLane(hn::SumOfLanes(DF(), x)); }
  static F oneWherePositive(F x) { return hn::IfThenElseZero(hn::Gt(x, hn::Zero(DF())), set(1.0F)); }
  static std::uint64_t positive(F x) {
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(DF(), hn::Gt(x, hn::Zero(DF())), bits);
    return bits[0];
  }
  static void transpose(F (&x)[4]) {
    const DF d;
    const F a = hn::InterleaveLower(d, x[0], x[1]), b = hn::InterleaveLower(d, x[2], x[3]);
    const F c = hn::InterleaveUpper(d, x[0], x[1]), e = hn::InterleaveUpper(d, x[2], x[3]);
    x[0] = hn::ConcatLowerLower(d, b, a);
    x[1] = hn::ConcatUpperUpper(d, b, a);
    x[2] = hn::ConcatLowerLower(d, e, c);
    x[3] = hn::ConcatUpperUpper(d, e, c);
  }

  static X zero16() { return hn::Zero(DX()); }
  static Pairs broadcastLevels(const std::uint8_t* q) {
    const auto four = hn::Set(DI(), fourLevels(q));
    return {hn::BitCast(DX(), hn::And(four, hn::Set(DI(), 0x00ff00ff))),
            hn::BitCast(DX(), hn::And(hn::ShiftRight<8>(four), hn::Set(DI(), 0x00ff00ff)))};
  }
  static Pairs loadBasis(const std::int8_t* k) {
    const X x = hn::BitCast(DX(), hn::LoadU(hn::FixedTag<std::int8_t, 16>(), k));
    return {hn::ShiftRight<8>(hn::ShiftLeft<8>(x)), hn::ShiftRight<8>(x)};
  }
  static X dot8(X acc, const Pairs& q, const Pairs& k) {
    return hn::Add(hn::Add(acc, hn::Mul(q.even, k.even)), hn::Mul(q.odd, k.odd));
  }
  static F widen(X x) {
    const auto pairs = hn::BitCast(DI(), x);
    const auto low = hn::ShiftRight<16>(hn::ShiftLeft<16>(pairs));
    return hn::ConvertTo(DF(), hn::Add(low, hn::ShiftRight<16>(pairs)));
  }
};

}  // namespace

const KernelTable* genericKernels() noexcept {
  static constexpr KernelTable table = makeTable<Portable>();
  return &table;
}

}  // namespace gaincell::attention
