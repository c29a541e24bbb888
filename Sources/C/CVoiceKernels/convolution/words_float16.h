// Words of two half-precision numbers: for tile_template.h, with vectors of 16 lanes.
//
// A lane holds two sums, of the even and of the odd input channels, in half precision as their products are. After
// SHORT_SUM steps both are added to a float32 sum: their rounding stays near that of the numbers themselves, and
// nothing overflows while 256 products stay below 65504. A sum that does is infinite, which nobody takes for a
// voiceprint.
#pragma once

#include <immintrin.h>

#include "../vector_types.h"
#include "tile.h"

enum { CHANNELS_PER_WORD = 2, SHORT_SUM = 128 };
#define CONVERT convert
#define HIDE_VECTOR(v) __asm__ volatile("" : "+v"(v))

INLINE vec multiply_add(vec sum, vec x, vec w) {
  return (vec)_mm512_fmadd_ph((__m512h)x, (__m512h)w, (__m512h)sum);
}

#define ROWS_IN winograd_rows_in
INLINE vec words_sum(vec a, vec b) { return (vec)_mm512_add_ph((__m512h)a, (__m512h)b); }
INLINE vec words_difference(vec a, vec b) { return (vec)_mm512_sub_ph((__m512h)a, (__m512h)b); }

// The sum of both. They are added before they are widened: that takes the processor half the time.
INLINE vec widened(vec sum) {
  const __m512h turned = (__m512h)_mm512_rol_epi32((__m512i)sum, 16);
  const __m256i low = _mm512_cvtepi32_epi16((__m512i)_mm512_add_ph((__m512h)sum, turned));
  return (vec)_mm512_cvtxph_ps((__m256h)low);
}

static uint16_t half(float value) {
  const _Float16 number = (_Float16)value;
  uint16_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static float word_of(uint16_t low, uint16_t high) {
  const uint32_t bits = low | (uint32_t)high << 16;
  float word;
  memcpy(&word, &bits, sizeof word);
  return word;
}

static float pack_word(const float *weights, ptrdiff_t stride, ptrdiff_t count) {
  return word_of(half(weights[0]), count > 1 ? half(weights[stride]) : 0);
}

// Writes `count` channels, at most a vector of them, from channel `first` (even) of a pixel's words; lanes behind them
// are zero, one of which fills an odd word.
INLINE void store_words(float *words, ptrdiff_t first, vec v, ptrdiff_t count) {
  const __m256i numbers = (__m256i)_mm512_cvtxps_ph((__m512)v);
  float *target = words + first / 2;
  if (count >= LANES)
    _mm256_storeu_si256((__m256i *)target, numbers);
  else
    _mm256_mask_storeu_epi32(target, (__mmask8)((1u << (count + 1) / 2) - 1), numbers);
}

static void convert(const float *pixels, ptrdiff_t pitch, ptrdiff_t count, ptrdiff_t channels, float *words) {
  const ptrdiff_t words_of_pixel = (channels + 1) / 2;
  for (ptrdiff_t i = 0; i < count; i++, pixels += pitch, words += words_of_pixel)
    for (ptrdiff_t c = 0; c < channels; c += LANES)
      store_words(words, c, load_some(pixels + c, channels - c), channels - c);
}
