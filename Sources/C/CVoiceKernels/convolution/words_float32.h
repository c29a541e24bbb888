// Words of one float: for tile_template.h.
#pragma once

#include "../vector_types.h"
#include "tile.h"

// Sums are float32 from the beginning.
enum { CHANNELS_PER_WORD = 1, SHORT_SUM = 0 };
// Pixels are read where they are.
#define CONVERT NULL
#define HIDE_VECTOR(v)

INLINE vec multiply_add(vec sum, vec x, vec w) { return sum + x * w; }

#define ROWS_IN winograd_rows_in
INLINE vec words_sum(vec a, vec b) { return a + b; }
INLINE vec words_difference(vec a, vec b) { return a - b; }

INLINE vec widened(vec sum) { return sum; }

static float pack_word(const float *weights, ptrdiff_t stride, ptrdiff_t count) { return *weights; }

// Writes `count` channels, at most a vector of them, from channel `first` of a pixel's words.
INLINE void store_words(float *words, ptrdiff_t first, vec v, ptrdiff_t count) { store_some(words + first, v, count); }
