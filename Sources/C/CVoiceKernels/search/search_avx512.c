// Search kernels for AVX-512: 16 templates a vector.
#if defined(__x86_64__)
#include <immintrin.h>

#include "../x86_targets.h"
#include "vk_search.h"

#pragma clang attribute push(TARGET_AVX512, apply_to = function)
#define LANES 16
#define KERNELS vk_search_avx512
#define INLINE static inline __attribute__((always_inline))

typedef __m512i sums_vec;
typedef __m512i pairs_vec;

INLINE pairs_vec widened(const int8_t *codes) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)codes));
}

INLINE pairs_vec repeated(int32_t word) { return _mm512_set1_epi32(word); }

INLINE sums_vec multiply_add(sums_vec sum, pairs_vec x, pairs_vec word) {
  return _mm512_add_epi32(sum, _mm512_madd_epi16(x, word));
}

INLINE void store_floats(float *scores, sums_vec sum, float factor, const float *scales) {
  const __m512 scale = _mm512_mul_ps(_mm512_loadu_ps(scales), _mm512_set1_ps(factor));
  _mm512_storeu_ps(scores, _mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale));
}

INLINE int any_at_least(const float *values, float floor) {
  const __m512 least = _mm512_set1_ps(floor);
  return (_mm512_cmp_ps_mask(_mm512_loadu_ps(values), least, _CMP_GE_OQ) |
          _mm512_cmp_ps_mask(_mm512_loadu_ps(values + 16), least, _CMP_GE_OQ)) != 0;
}

#undef INLINE
#include "search_template.h"
#pragma clang attribute pop
#endif
