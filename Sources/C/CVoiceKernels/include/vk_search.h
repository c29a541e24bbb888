// Scores of queries against many templates that are held in 8 bits a value. One table an instruction set; sums are
// integers, so that all give the same.
//
// Templates lie in blocks of 16, side by side: values 2p and 2p + 1 of template l are at [p][l][0] and [p][l][1] of the
// block [pairs][16][2]. A pair of one query meets the same pair of 16 templates in one multiplication, without a sum
// over lanes at the end. An odd dimension is filled with a zero.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "vk_isa.h"

enum { VK_SEARCH_BLOCK = 16 };

// How near the 8-bit form of a template is: x = scale * code + error.
typedef struct {
  float scale;
  double error;  // ‖error‖²
  double norm;   // ‖scale * code‖²; not finite where x is not
} vk_template_code;

typedef struct {
  // The 8-bit form of a template: its largest value becomes 127 of either sign.
  vk_template_code (*_Nonnull quantise)(ptrdiff_t count, const float *_Nonnull x, int8_t *_Nonnull codes);
  // scores[q][r] = factors[q] * scales[r] * Σ words[q] · codes[r], each product rounded once, of blocks * 16 templates
  // r; rows of scores are `pitch` floats apart. A query is `pairs` words of two 16-bit integers, the first in the lower
  // half. The caller sees to it that no sum leaves 32 bits.
  void (*_Nonnull scores)(
      ptrdiff_t blocks, ptrdiff_t pairs, const int8_t *_Nonnull codes, const float *_Nonnull scales, ptrdiff_t queries,
      const int32_t *_Nonnull words, const float *_Nonnull factors, float *_Nonnull scores, ptrdiff_t pitch);
  // Writes the indices of the values that are at least `floor`, in order; how many they are.
  ptrdiff_t (*_Nonnull at_least)(
      ptrdiff_t count, const float *_Nonnull values, float floor, int32_t *_Nonnull indices);
} vk_search_kernels;

// Null when the instruction set was not compiled for this processor family.
const vk_search_kernels *_Nullable vk_search_kernels_for(vk_isa isa);
