// Kernels for AVX-512 (F, BW, VL, DQ); this file alone is compiled for them (see CMakeLists.txt).
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__)
#include <immintrin.h>

#include "kernel_loops.hpp"

namespace gaincell::attention {
namespace {

struct Avx512 {
  static constexpr std::size_t kWidth = 16, kGemmRows = 6, kGemmVectors = 4, kScoreRows = 6;
  static constexpr bool kFuses = true, kPermutes = true;
  using F = __m512;
  using X = __m512i;

  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static F set(float x) { return _mm512_set1_ps(x); }
  static void store(float* p, F x) { _mm512_storeu_ps(p, x); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F min(F a, F b) { return _mm512_min_ps(a, b); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }
  static F loadTable(const float* p) { return _mm512_broadcast_f32x8(_mm256_loadu_ps(p)); }
  static __m512i loadCodes(const std::int32_t* p) { return _mm512_loadu_si512(p); }
  static __m512i loadCodes(const std::uint8_t* p) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static F lookUp(F table, __m512i codes) { return _mm512_permutexvar_ps(codes, table); }
  static std::uint64_t positive(F x) { return _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ); }
  static float sum(F x) { return _mm512_reduce_add_ps(x); }
  static F oneWherePositive(F x) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ), set(1.0F));
  }

  static X zero16() { return _mm512_setzero_si512(); }
  static __m512i broadcastLevels(const std::uint8_t* q) { return _mm512_set1_epi32(fourLevels(q)); }
  static __m512i loadBasis(const std::int8_t* k) { return _mm512_loadu_si512(k); }
  static X dot8(X acc, __m512i q, __m512i k) { return _mm512_add_epi16(acc, _mm512_maddubs_epi16(q, k)); }
  static F widen(X x) { return _mm512_cvtepi32_ps(_mm512_madd_epi16(x, _mm512_set1_epi16(1))); }
};

}  // namespace

const KernelTable* avx512Kernels() noexcept {
  static constexpr KernelTable table = makeTable<Avx512>();
  return &table;
}

}  // namespace gaincell::attention
#else
#include "kernels.hpp"

namespace gaincell::attention {
const KernelTable* avx512Kernels() noexcept {
  return nullptr;
}
}  // namespace gaincell::attention
#endif
