// Kernels for AVX2 and FMA; this file alone is compiled for them (see CMakeLists.txt).
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

#include "kernel_loops.hpp"

namespace gaincell::attention {
namespace {

struct Avx2 {
  static constexpr std::size_t kWidth = 8, kGemmRows = 6, kGemmVectors = 2, kScoreRows = 2;
  static constexpr bool kFuses = true, kPermutes = true;
  using F = __m256;
  using X = __m256i;

  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static F set(float x) { return _mm256_set1_ps(x); }
  static void store(float* p, F x) { _mm256_storeu_ps(p, x); }
  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F min(F a, F b) { return _mm256_min_ps(a, b); }
  static F max(F a, F b) { return _mm256_max_ps(a, b); }
  static F loadTable(const float* p) { return _mm256_loadu_ps(p); }
  static __m256i loadCodes(const std::int32_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static __m256i loadCodes(const std::uint8_t* p) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  }
  static F lookUp(F table, __m256i codes) { return _mm256_permutevar8x32_ps(table, codes); }
  static std::uint64_t positive(F x) {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GT_OQ)));
  }
  static float sum(F x) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
  }
  static F oneWherePositive(F x) { return _mm256_and_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GT_OQ), set(1.0F)); }

  // Sixteen-bit sums of pairs: at most 15 * 7 * dimension / 2, checked where the path is chosen.
  static X zero16() { return _mm256_setzero_si256(); }
  static __m256i broadcastLevels(const std::uint8_t* q) { return _mm256_set1_epi32(fourLevels(q)); }
  static __m256i loadBasis(const std::int8_t* k) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(k)); }
  static X dot8(X acc, __m256i q, __m256i k) { return _mm256_add_epi16(acc, _mm256_maddubs_epi16(q, k)); }
  static F widen(X x) { return _mm256_cvtepi32_ps(_mm256_madd_epi16(x, _mm256_set1_epi16(1))); }
};

}  // namespace

const KernelTable* avx2Kernels() noexcept {
  static constexpr KernelTable table = makeTable<Avx2>();
  return &table;
}

}  // namespace gaincell::attention
#else
#include "kernels.hpp"

namespace gaincell::attention {
const KernelTable* avx2Kernels() noexcept {
  return nullptr;
}
}  // namespace gaincell::attention
#endif
