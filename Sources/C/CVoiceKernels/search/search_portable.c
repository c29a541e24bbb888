// Search kernels for any processor: 4 templates a vector, which clang's vector extension makes of what there is.
#include <string.h>

#include "vk_search.h"

#define LANES 4
#define KERNELS vk_search_portable
#define INLINE static inline __attribute__((always_inline))

typedef int32_t sums_vec __attribute__((ext_vector_type(4)));
typedef int16_t pairs_vec __attribute__((ext_vector_type(8)));
typedef int8_t codes_vec __attribute__((ext_vector_type(8)));
typedef float floats_vec __attribute__((ext_vector_type(4)));

INLINE pairs_vec widened(const int8_t *codes) {
  codes_vec narrow;
  memcpy(&narrow, codes, sizeof narrow);
  return __builtin_convertvector(narrow, pairs_vec);
}

INLINE pairs_vec repeated(int32_t word) {
  const int16_t low = (int16_t)word, high = (int16_t)(word >> 16);
  return (pairs_vec){low, high, low, high, low, high, low, high};
}

INLINE sums_vec multiply_add(sums_vec sum, pairs_vec x, pairs_vec word) {
  const sums_vec even = __builtin_convertvector(x.even, sums_vec) * __builtin_convertvector(word.even, sums_vec);
  const sums_vec odd = __builtin_convertvector(x.odd, sums_vec) * __builtin_convertvector(word.odd, sums_vec);
  return sum + even + odd;
}

INLINE void store_floats(float *scores, sums_vec sum, float factor, const float *scales) {
  floats_vec scale;
  memcpy(&scale, scales, sizeof scale);
  const floats_vec result = __builtin_convertvector(sum, floats_vec) * (scale * factor);
  memcpy(scores, &result, sizeof result);
}

INLINE int any_at_least(const float *values, float floor) {
  int any = 0;
  for (int i = 0; i < 8; i++) any |= values[i] >= floor;
  return any;
}

#undef INLINE
#include "search_template.h"
