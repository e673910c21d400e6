// Portable kernels: plain C++ on groups of eight, which compilers turn into whatever the target's base set offers.
#include "gaincell/attention/settings.hpp"
#include "kernel_loops.hpp"

namespace gaincell::attention {
namespace {

struct Plain {
  static constexpr std::size_t kWidth = 8, kGemmRows = 4, kGemmVectors = 1, kScoreRows = 2;
  static constexpr bool kFuses = false;
  struct F {
    float v[8];
  };
  struct X {
    std::int32_t v[8];  ///< 32 bits where vector units keep pairs of 16
  };
  struct Levels {
    std::int32_t v[4];
  };
  struct Codes {
    std::uint32_t v[8];
  };

  template <typename Op>
  static F map(Op op) {
    F out;
    for (std::size_t i = 0; i < 8; ++i) out.v[i] = op(i);
    return out;
  }
  static F load(const float* p) {
    return map([p](std::size_t i) { return p[i]; });
  }
  static F set(float x) {
    return map([x](std::size_t) { return x; });
  }
  static void store(float* p, const F& x) {
    for (std::size_t i = 0; i < 8; ++i) p[i] = x.v[i];
  }
  static F add(const F& a, const F& b) {
    return map([&](std::size_t i) { return a.v[i] + b.v[i]; });
  }
  static F sub(const F& a, const F& b) {
    return map([&](std::size_t i) { return a.v[i] - b.v[i]; });
  }
  static F div(const F& a, const F& b) {
    return map([&](std::size_t i) { return a.v[i] / b.v[i]; });
  }
  static F mul(const F& a, const F& b) {
    return map([&](std::size_t i) { return a.v[i] * b.v[i]; });
  }
  static F fma(const F& a, const F& b, const F& c) {
    return map([&](std::size_t i) { return a.v[i] * b.v[i] + c.v[i]; });
  }
  static F min(const F& a, const F& b) {
    return map([&](std::size_t i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
  }
  static F max(const F& a, const F& b) {
    return map([&](std::size_t i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  static F loadTable(const float* p) { return load(p); }
  template <typename Code>
  static Codes loadCodes(const Code* p) {
    Codes c;
    for (std::size_t i = 0; i < 8; ++i) c.v[i] = static_cast<std::uint32_t>(p[i]);
    return c;
  }
  static F lookUp(const F& table, const Codes& c) {
    return map([&](std::size_t i) { return table.v[c.v[i]]; });
  }
  static std::uint64_t positive(const F& x) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) bits |= static_cast<std::uint64_t>(x.v[i] > 0.0F) << i;
    return bits;
  }
  static float sum(const F& x) {
    float total = 0;
    for (float e : x.v) total += e;
    return total;
  }
  static F oneWherePositive(const F& x) {
    return map([&](std::size_t i) { return x.v[i] > 0.0F ? 1.0F : 0.0F; });
  }

  static X zero16() { return {}; }
  static Levels broadcastLevels(const std::uint8_t* q) { return {{q[0], q[1], q[2], q[3]}}; }
  static const std::int8_t* loadBasis(const std::int8_t* k) { return k; }
  static X dot8(X acc, const Levels& q, const std::int8_t* k) {
    for (std::size_t i = 0; i < 8; ++i)
      acc.v[i] += q.v[0] * k[4 * i] + q.v[1] * k[4 * i + 1] + q.v[2] * k[4 * i + 2] + q.v[3] * k[4 * i + 3];
    return acc;
  }
  static F widen(const X& x) {
    return map([&](std::size_t i) { return static_cast<float>(x.v[i]); });
  }
};

}  // namespace

const KernelTable* genericKernels() noexcept {
  static constexpr KernelTable table = makeTable<Plain>();
  return &table;
}

const KernelTable* kernelTable(Kernel kernel) noexcept {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  static const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#else
  static const bool avx2 = false, avx512 = false;
#endif
  switch (kernel) {
    case Kernel::Generic:
      return genericKernels();
    case Kernel::Avx2:
      return avx2 ? avx2Kernels() : nullptr;
    case Kernel::Avx512:
      return avx512 ? avx512Kernels() : nullptr;
    case Kernel::Auto:
      break;
  }
  for (Kernel k : {Kernel::Avx512, Kernel::Avx2})
    if (const auto* t = kernelTable(k)) return t;
  return genericKernels();
}

}  // namespace gaincell::attention
