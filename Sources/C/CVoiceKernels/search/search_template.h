// The table of search kernels, written once. The including file defines the vectors (words_*.h), KERNELS (the table's
// name) and, on x86, pushes the target.
#include "vk_search.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { VECTORS = VK_SEARCH_BLOCK / LANES };

// The scores of `queries` (known when compiled) in one block: their sums stay in registers while the block goes by.
INLINE void score_block(
    const int queries, ptrdiff_t pairs, const int8_t *codes, const float *scales, const int32_t *words,
    const float *factors, float *scores, ptrdiff_t pitch) {
  sums_vec sums[4][VECTORS];
  UNROLL for (int q = 0; q < queries; q++) UNROLL for (int v = 0; v < VECTORS; v++) sums[q][v] = (sums_vec){0};
  for (ptrdiff_t p = 0; p < pairs; p++, codes += 2 * VK_SEARCH_BLOCK) {
    pairs_vec x[VECTORS];
    UNROLL for (int v = 0; v < VECTORS; v++) x[v] = widened(codes + v * 2 * LANES);
    UNROLL for (int q = 0; q < queries; q++) {
      const pairs_vec word = repeated(words[q * pairs + p]);
      UNROLL for (int v = 0; v < VECTORS; v++) sums[q][v] = multiply_add(sums[q][v], x[v], word);
    }
  }
  UNROLL for (int q = 0; q < queries; q++)
    UNROLL for (int v = 0; v < VECTORS; v++)
      store_floats(scores + q * pitch + v * LANES, sums[q][v], factors[q], scales + v * LANES);
}

static void scores_of(
    ptrdiff_t blocks, ptrdiff_t pairs, const int8_t *codes, const float *scales, ptrdiff_t queries,
    const int32_t *words, const float *factors, float *scores, ptrdiff_t pitch) {
  for (ptrdiff_t block = 0; block < blocks; block++) {
    ptrdiff_t q = 0;
    for (; q + 4 <= queries; q += 4)
      score_block(4, pairs, codes, scales, words + q * pairs, factors + q, scores + q * pitch, pitch);
    for (; q < queries; q++)
      score_block(1, pairs, codes, scales, words + q * pairs, factors + q, scores + q * pitch, pitch);
    codes += pairs * 2 * VK_SEARCH_BLOCK;
    scales += VK_SEARCH_BLOCK;
    scores += VK_SEARCH_BLOCK;
  }
}

static ptrdiff_t indices_at_least(ptrdiff_t count, const float *values, float floor, int32_t *indices) {
  ptrdiff_t found = 0, i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    // Almost every score is below the floor: vectors without any cost one comparison.
    if (!any_at_least(values + i, floor)) continue;
    for (ptrdiff_t j = i; j < i + 2 * LANES; j++)
      if (values[j] >= floor) indices[found++] = (int32_t)j;
  }
  for (; i < count; i++)
    if (values[i] >= floor) indices[found++] = (int32_t)i;
  return found;
}

typedef float values_vec __attribute__((ext_vector_type(LANES)));
typedef double wide_vec __attribute__((ext_vector_type(LANES)));
typedef int8_t narrow_vec __attribute__((ext_vector_type(LANES)));

// Up to LANES values, zeros behind them.
INLINE values_vec some(const float *x, ptrdiff_t count) {
  values_vec v = 0;
  __builtin_memcpy(&v, x, (size_t)(count < LANES ? count : LANES) * sizeof(float));
  return v;
}

static vk_template_code quantise(ptrdiff_t count, const float *x, int8_t *codes) {
  values_vec largest = 0;
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const values_vec v = __builtin_elementwise_abs(some(x + i, count - i));
    largest = v > largest ? v : largest;
  }
  float peak = 0;
  UNROLL for (int lane = 0; lane < LANES; lane++) peak = largest[lane] > peak ? largest[lane] : peak;
  const float scale = peak / 127, inverse = peak > 0 ? 127 / peak : 0;
  wide_vec error = 0, norm = 0;
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const values_vec v = some(x + i, count - i);
    values_vec code = __builtin_elementwise_roundeven(v * inverse);
    code = code > 127 ? (values_vec)127 : code < -127 ? (values_vec)-127 : code;
    // In double precision, so that the error is that of the rounding to 8 bits alone.
    const wide_vec exact = __builtin_convertvector(v, wide_vec);
    const wide_vec coded = __builtin_convertvector(code, wide_vec) * (double)scale, difference = exact - coded;
    error += difference * difference;
    norm += coded * coded;
    const narrow_vec narrow = __builtin_convertvector(code == code ? code : 0, narrow_vec);
    __builtin_memcpy(codes + i, &narrow, (size_t)(count - i < LANES ? count - i : LANES));
  }
  vk_template_code result = {.scale = scale, .error = 0, .norm = 0};
  UNROLL for (int lane = 0; lane < LANES; lane++) {
    result.error += error[lane];
    result.norm += norm[lane];
  }
  // NaN or infinite values leave their trace in the error.
  if (!(result.error - result.error == 0)) result.norm = __builtin_nan("");
  return result;
}

const vk_search_kernels KERNELS = {.quantise = quantise, .scores = scores_of, .at_least = indices_at_least};
