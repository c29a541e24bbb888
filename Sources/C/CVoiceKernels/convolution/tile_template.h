// The tile kernels, written once. The including file defines LANES, MAX_ROWS, KERNELS (the table's name), MAKE_TILES
// (which applies a macro to 1…MAX_ROWS) and pushes the target; and the words, by including words_float32.h or
// words_bfloat16.h behind it.
//
// Each step of the hot loop takes one word of input channels: two vectors of weights, one broadcast of an activation
// for each pixel, two multiply-adds a pixel. With 14 pixels and AVX-512 these are 28 multiply-adds (14 cycles on two
// ports) against 16 loads (8 cycles), in 28 + 2 + 1 of 32 registers; with 6 pixels and AVX2, 12 + 2 + 1 of 16.

INLINE void accumulate(
    const int rows, const int vectors, const float *input, ptrdiff_t pitch, const float *weights,
    const vk_segment *segments, ptrdiff_t segment_count, float *sums, const float *upcoming,
    ptrdiff_t upcoming_step) {
  vec sum[MAX_ROWS][2];
#pragma clang loop unroll(full)
  for (int row = 0; row < rows; row++) sum[row][0] = sum[row][1] = 0;

  for (ptrdiff_t s = 0; s < segment_count; s++) {
    // Two base pointers and multiples of the pitch reach all rows. Hidden from the optimiser in every step: it would
    // make a pointer of each row, and spill them.
    const float *low = input + segments[s].offset;
    const float *high = low + 7 * pitch;
    ptrdiff_t left = segments[s].length;
    do {
      __asm__ volatile("" : "+r"(low), "+r"(high));
      __builtin_prefetch(upcoming, 0, 2);
      vec w0 = *(const vec *)weights;
      vec w1 = vectors > 1 ? *(const vec *)(weights + LANES) : w0;
#pragma clang loop unroll(full)
      for (int row = 0; row < rows; row++) {
        vec x = row < 7 ? low[row * pitch] : high[(row - 7) * pitch];
        sum[row][0] = multiply_add(sum[row][0], x, w0);
        if (vectors > 1) sum[row][1] = multiply_add(sum[row][1], x, w1);
      }
      low++, high++, weights += vectors * LANES, upcoming += upcoming_step;
    } while (--left);
  }

#pragma clang loop unroll(full)
  for (int row = 0; row < rows; row++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) *(vec *)(sums + (row * vectors + v) * LANES) = sum[row][v];
}

enum { NO_RESIDUAL, RESIDUAL_FIRST, RESIDUAL_LAST };

INLINE int residual_kind(const vk_epilogue *e) {
  if (!e->residual) return NO_RESIDUAL;
  return e->residual_last ? RESIDUAL_LAST : RESIDUAL_FIRST;
}

// The epilogue of one vector of channels, `count` of which exist, for all pixels of the tile. The other steps that are
// left out become neutral operands (0, 1, ±∞): cheaper than a branch a pixel.
INLINE void finish_channels(
    const int residual, const float *sums, ptrdiff_t sums_pitch, const vk_tile *tile, const vk_epilogue *e,
    ptrdiff_t channel, ptrdiff_t count) {
  const float infinity = __builtin_inff();
  const vec bias = e->bias ? load_some(e->bias + channel, count) : 0;
  const vec scale = e->scale ? load_some(e->scale + channel, count) : 1;
  const vec shift = e->shift ? load_some(e->shift + channel, count) : 0;
  const float first_floor = e->relu_first ? 0 : -infinity;
  const float floor = e->clamp ? 0 : -infinity, cap = e->clamp ? e->cap : infinity;
  const float *added = e->residual ? e->residual + channel : NULL;
  const ptrdiff_t added_pitch = e->residual_pixel_pitch;
  float *output = tile->output + channel;
  const ptrdiff_t rows = tile->rows, output_pitch = tile->pixel_pitch;
  sums += channel;
  for (ptrdiff_t row = 0; row < rows; row++, sums += sums_pitch, output += output_pitch) {
    vec y = *(const vec *)sums + bias;
    y = at_least(y, first_floor) * scale + shift;
    if (residual == RESIDUAL_FIRST) y += load_some(added + row * added_pitch, count);
    y = at_most(at_least(y, floor), cap);
    if (residual == RESIDUAL_LAST) y += load_some(added + row * added_pitch, count);
    store_some(output, y, count);
  }
}

static void finish(const float *sums, ptrdiff_t sums_pitch, const vk_tile *tile, const vk_epilogue *e) {
  const int residual = residual_kind(e);
  ptrdiff_t channel = 0;
  for (; channel + LANES <= tile->channels; channel += LANES) {
    switch (residual) {
      case NO_RESIDUAL: finish_channels(NO_RESIDUAL, sums, sums_pitch, tile, e, channel, LANES); break;
      case RESIDUAL_FIRST: finish_channels(RESIDUAL_FIRST, sums, sums_pitch, tile, e, channel, LANES); break;
      default: finish_channels(RESIDUAL_LAST, sums, sums_pitch, tile, e, channel, LANES);
    }
  }
  const ptrdiff_t left = tile->channels - channel;
  if (left > 0) finish_channels(residual, sums, sums_pitch, tile, e, channel, left);
}

#include "peak.h"
#include "winograd_transforms.h"

#define DEFINE(rows, vectors)                                                                             \
  static void accumulate_##rows##x##vectors(                                                              \
      const float *input, ptrdiff_t pitch, const float *weights, const vk_segment *segments,              \
      ptrdiff_t segment_count, float *sums, const float *upcoming, ptrdiff_t upcoming_step) {             \
    accumulate(                                                                                           \
        rows, vectors, input, pitch, weights, segments, segment_count, sums, upcoming, upcoming_step);    \
  }
#define DEFINE_BOTH(rows) DEFINE(rows, 1) DEFINE(rows, 2)
#define ENTRY(rows) [rows] = {NULL, accumulate_##rows##x1, accumulate_##rows##x2},

MAKE_TILES(DEFINE_BOTH)

const vk_tile_kernels KERNELS = {
    .channels_per_word = CHANNELS_PER_WORD,
    .convert = CONVERT,
    .pack_word = pack_word,
    .lanes = LANES,
    .max_rows = MAX_ROWS,
    .accumulate = {MAKE_TILES(ENTRY)},
    .finish = finish,
    .peak = peak,
    .winograd_input = winograd_input,
    .winograd_output = winograd_output,
};
