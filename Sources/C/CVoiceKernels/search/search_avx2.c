// Search kernels for AVX2: 8 templates a vector.
#if defined(__x86_64__)
#include <immintrin.h>

#include "../x86_targets.h"
#include "vk_search.h"

#pragma clang attribute push(TARGET_AVX2, apply_to = function)
#define LANES 8
#define KERNELS vk_search_avx2
#define INLINE static inline __attribute__((always_inline))

typedef __m256i sums_vec;
typedef __m256i pairs_vec;

INLINE pairs_vec widened(const int8_t *codes) { return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)codes)); }

INLINE pairs_vec repeated(int32_t word) { return _mm256_set1_epi32(word); }

INLINE sums_vec multiply_add(sums_vec sum, pairs_vec x, pairs_vec word) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(x, word));
}

INLINE void store_floats(float *scores, sums_vec sum, float factor, const float *scales) {
  const __m256 scale = _mm256_mul_ps(_mm256_loadu_ps(scales), _mm256_set1_ps(factor));
  _mm256_storeu_ps(scores, _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale));
}

INLINE int any_at_least(const float *values, float floor) {
  const __m256 least = _mm256_set1_ps(floor);
  const __m256 low = _mm256_cmp_ps(_mm256_loadu_ps(values), least, _CMP_GE_OQ);
  const __m256 high = _mm256_cmp_ps(_mm256_loadu_ps(values + 8), least, _CMP_GE_OQ);
  return _mm256_movemask_ps(_mm256_or_ps(low, high)) != 0;
}

#undef INLINE
#include "search_template.h"
#pragma clang attribute pop
#endif
