// The tile kernels, written once. The including file defines LANES, MAX_ROWS, KERNELS (the table's name), MAKE_TILES
// (which applies a macro to 1…MAX_ROWS) and pushes the target; and the words, by including words_float32.h or
// words_bfloat16.h or words_float16.h behind it.
//
// Each step of the hot loop takes one word of input channels: two vectors of weights, one broadcast of an activation
// for each pixel, two multiply-adds a pixel. With 14 pixels and AVX-512 these are 28 multiply-adds (14 cycles on two
// ports) against 16 loads (8 cycles), in 28 + 2 + 1 of 32 registers; with 6 pixels and AVX2, 12 + 2 + 1 of 16.

#include "epilogue.h"

// So many steps of the hot loop: moves the pointers on.
INLINE void run_steps(
    const int rows, const int vectors, const float **low_pixels, const float **high_pixels, ptrdiff_t pitch,
    const float **panel, ptrdiff_t steps, vec sum[MAX_ROWS][2], const float **upcoming, ptrdiff_t upcoming_step) {
  const float *low = *low_pixels, *high = *high_pixels, *weights = *panel, *fetched = *upcoming;
  do {
    __asm__ volatile("" : "+r"(low), "+r"(high));
    __builtin_prefetch(fetched, 0, 2);
    // From the second-level cache: what the processor fetches by itself comes 2–4 % too late.
    __builtin_prefetch(weights + 8 * vectors * LANES, 0, 3);
    if (vectors * LANES > 16) __builtin_prefetch(weights + 8 * vectors * LANES + 16, 0, 3);
    vec w0 = *(const vec *)weights;
    vec w1 = vectors > 1 ? *(const vec *)(weights + LANES) : w0;
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
      vec x = row < 7 ? low[row * pitch] : high[(row - 7) * pitch];
      sum[row][0] = multiply_add(sum[row][0], x, w0);
      if (vectors > 1) sum[row][1] = multiply_add(sum[row][1], x, w1);
    }
    low++, high++, weights += vectors * LANES, fetched += upcoming_step;
  } while (--steps);
  *low_pixels = low, *high_pixels = high, *panel = weights, *upcoming = fetched;
}

// Adds short sums to those in memory, or begins them, and clears them.
INLINE void widen(const int rows, const int vectors, vec sum[MAX_ROWS][2], float *sums, bool is_first) {
#pragma clang loop unroll(full)
  for (int row = 0; row < rows; row++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      vec *wide = (vec *)(sums + (row * vectors + v) * LANES);
      // Hidden until its turn: all of them at once would not fit the registers.
      HIDE_VECTOR(sum[row][v]);
      *wide = is_first ? widened(sum[row][v]) : *wide + widened(sum[row][v]);
      sum[row][v] = 0;
    }
}

INLINE void accumulate(
    const int rows, const int vectors, const float *input, ptrdiff_t pitch, const float *weights,
    const vk_segment *segments, ptrdiff_t segment_count, float *sums, const float *upcoming,
    ptrdiff_t upcoming_step, const vk_tile *tile, const vk_epilogue *e) {
  vec sum[MAX_ROWS][2];
#pragma clang loop unroll(full)
  for (int row = 0; row < rows; row++) sum[row][0] = sum[row][1] = 0;

  ptrdiff_t room = SHORT_SUM;  // steps before the sums are widened, where they are not float32
  bool is_first = true;
  for (ptrdiff_t s = 0; s < segment_count; s++) {
    // Two base pointers and multiples of the pitch reach all rows. Hidden from the optimiser in every step: it would
    // make a pointer of each row, and spill them.
    const float *low = input + segments[s].offset;
    const float *high = low + 7 * pitch;
    ptrdiff_t left = segments[s].length;
    do {
      const ptrdiff_t steps = SHORT_SUM > 0 && left > room ? room : left;
      run_steps(rows, vectors, &low, &high, pitch, &weights, steps, sum, &upcoming, upcoming_step);
      left -= steps, room -= steps;
      if (SHORT_SUM > 0 && room == 0) {
        widen(rows, vectors, sum, sums, is_first);
        is_first = false, room = SHORT_SUM;
      }
    } while (left);
  }
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    if (tile) {
      const channel_epilogue channels = epilogue_of(tile, e, v * LANES);
#pragma clang loop unroll(full)
      for (int row = 0; row < rows; row++) {
        const vec wide = widened(sum[row][v]);
        put(&channels, is_first ? wide : wide + *(const vec *)(sums + (row * vectors + v) * LANES), row);
      }
    } else {
#pragma clang loop unroll(full)
      for (int row = 0; row < rows; row++) {
        vec *stored = (vec *)(sums + (row * vectors + v) * LANES);
        *stored = is_first ? widened(sum[row][v]) : *stored + widened(sum[row][v]);
      }
    }
  }
}

#include "peak.h"
#include "winograd_transforms.h"

#define DEFINE(rows, vectors)                                                                             \
  static void accumulate_##rows##x##vectors(                                                              \
      const float *input, ptrdiff_t pitch, const float *weights, const vk_segment *segments,              \
      ptrdiff_t segment_count, float *sums, const float *upcoming, ptrdiff_t upcoming_step,               \
      const vk_tile *tile, const vk_epilogue *e) {                                                        \
    accumulate(                                                                                           \
        rows, vectors, input, pitch, weights, segments, segment_count, sums, upcoming, upcoming_step,     \
        tile, e);                                                                                         \
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
    .peak = peak,
    .winograd_input = winograd_input,
    .winograd_output = winograd_output,
    .winograd_rows_in = ROWS_IN,
    .winograd_rows_out = winograd_rows_out,
};
