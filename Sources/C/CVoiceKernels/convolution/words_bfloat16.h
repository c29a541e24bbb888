// Words of two bfloat16 numbers: for tile_template.h, with vectors of 16 lanes.
#pragma once

#include <immintrin.h>

#include "../vector_types.h"
#include "tile.h"

// Sums are float32 from the beginning.
enum { CHANNELS_PER_WORD = 2, SHORT_SUM = 0 };
#define CONVERT convert
#define HIDE_VECTOR(v)

// Adds two products to each lane. The words travel as floats, whose bits no move changes.
INLINE vec multiply_add(vec sum, vec x, vec w) {
  return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)w);
}

// To the nearest, ties to even; a NaN stays one.
// The processor does not add them.
#define NO_SUMS_OF_WORDS
#define ROWS_IN NULL

INLINE vec widened(vec sum) { return sum; }

static uint16_t bfloat16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (value != value) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float pack_word(const float *weights, ptrdiff_t stride, ptrdiff_t count) {
  const uint32_t low = bfloat16(weights[0]), high = count > 1 ? bfloat16(weights[stride]) : 0;
  const uint32_t bits = low | high << 16;
  float word;
  memcpy(&word, &bits, sizeof word);
  return word;
}

// Writes `count` channels, at most a vector of them, from channel `first` (even) of a pixel's words; lanes behind them
// are zero, one of which fills an odd word.
INLINE void store_words(float *words, ptrdiff_t first, vec v, ptrdiff_t count) {
  const __m256i numbers = (__m256i)_mm512_cvtneps_pbh((__m512)v);
  float *target = words + first / 2;
  if (count >= LANES)
    _mm256_storeu_si256((__m256i *)target, numbers);
  else
    _mm256_mask_storeu_epi32(target, (__mmask8)((1u << (count + 1) / 2) - 1), numbers);
}

static void convert(const float *pixels, ptrdiff_t pitch, ptrdiff_t count, ptrdiff_t channels, float *words) {
  const ptrdiff_t words_of_pixel = (channels + 1) / 2;
  for (ptrdiff_t i = 0; i < count; i++, pixels += pitch, words += words_of_pixel) {
    ptrdiff_t c = 0;
    for (; c + 2 * LANES <= channels; c += 2 * LANES) {
      const __m512bh numbers = _mm512_cvtne2ps_pbh((__m512)load(pixels + c + LANES), (__m512)load(pixels + c));
      _mm512_storeu_si512(words + c / 2, (__m512i)numbers);
    }
    for (; c < channels; c += LANES) store_words(words, c, load_some(pixels + c, channels - c), channels - c);
  }
}
