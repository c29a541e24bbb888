// A tile: neighbouring output pixels of one row × one panel of output channels (at most two vectors).
//
// `accumulate` is the hot loop: it keeps all sums in registers, reads the activations in place, and stores the sums
// through the epilogue, or, for Winograd, as they are. It exists for each number of pixels.
#pragma once

#include <stddef.h>

#include "vk_convolution.h"

enum {
  TILE_MAX_ROWS = 14,     // pixels, of any instruction set
  TILE_MAX_CHANNELS = 32  // channels of a panel, of any instruction set
};

// The hot loop counts in words of four bytes: a step takes one word of each pixel and one of each output channel's
// weights. A word is a float, or two neighbouring channels in bfloat16 or half precision (an odd last one has a zero
// beside it).

// A run of words that is contiguous both in the pixels under the kernel and in the packed weights: the channels of a
// tap, or of several taps that touch.
typedef struct {
  ptrdiff_t offset;  // from the pixel under the kernel's origin, in words
  ptrdiff_t length;  // in words, at least 1
} vk_segment;

// Where a tile goes: `epilogue` and `output` point at the tile's first pixel and first channel.
typedef struct {
  ptrdiff_t rows, channels;
  float *output;
  ptrdiff_t pixel_pitch;
} vk_tile;

// sums[row][channel] = Σ_k input[row·pitch + offset(k)] · weights[k][channel], k over all segments, in words.
// `sums` and `weights` are 64-byte aligned. Each step also fetches a line of `upcoming`, the weights that a later tile
// needs, into the second-level cache and moves on by `upcoming_step` words. With a `tile` the sums go through the
// epilogue to their place there instead, and `sums` is working memory.
typedef void vk_accumulate(
    const float *input, ptrdiff_t pitch, const float *weights, const vk_segment *segments, ptrdiff_t segment_count,
    float *sums, const float *upcoming, ptrdiff_t upcoming_step, const vk_tile *tile, const vk_epilogue *epilogue);

// Transforms a row of pixels for `width` outputs of three taps to planes[p][window][channel], a window for 4 outputs;
// planes are of words.
typedef void vk_winograd_input(
    const float *pixels, ptrdiff_t pitch, ptrdiff_t width, ptrdiff_t channels, float *planes, ptrdiff_t plane_pitch);

// Transforms products[p][window][channel] back to the sums of the tile's pixels, 4 · window + …, and stores them
// through the epilogue; `products` has `width` channels and is 64-byte aligned.
typedef void vk_winograd_output(
    const float *products, ptrdiff_t plane_pitch, ptrdiff_t width, const vk_tile *tile, const vk_epilogue *epilogue);

// Transforms four rows of transformed pixels, `count` words each, for two output rows of three taps; `transformed`
// [4][count].
typedef void vk_winograd_rows_in(const float *const rows[4], ptrdiff_t count, float *transformed);

// Transforms products of rows, products[q][count] with so many floats from one to the next, back to those of the two
// output rows; everything is 64-byte aligned, `count` a multiple of the lanes.
typedef void vk_winograd_rows_out(
    const float *products, ptrdiff_t pitch, ptrdiff_t count, float *first, float *second);

// Writes `count` pixels as words, side by side.
typedef void vk_convert(const float *pixels, ptrdiff_t pitch, ptrdiff_t count, ptrdiff_t channels, float *words);

// One word of packed weights: of `count` channels, at least 1, each `stride` floats behind the one before.
typedef float vk_pack_word(const float *weights, ptrdiff_t stride, ptrdiff_t count);

// The kernels of one instruction set.
typedef struct {
  ptrdiff_t channels_per_word;
  vk_convert *convert;  // null where a word is a float, so that pixels are read in place
  vk_pack_word *pack_word;
  ptrdiff_t lanes;     // floats in a vector; a panel is twice as wide
  ptrdiff_t max_rows;  // pixels of the largest tile
  vk_accumulate *accumulate[TILE_MAX_ROWS + 1][3];  // [pixels][vectors]
  vk_winograd_input *winograd_input;
  vk_winograd_output *winograd_output;
  vk_winograd_rows_in *winograd_rows_in;  // null where words cannot be added
  vk_winograd_rows_out *winograd_rows_out;
  ptrdiff_t (*peak)(ptrdiff_t rounds, float *sink);
} vk_tile_kernels;

// Null when the instruction set was not compiled for this processor family.
const vk_tile_kernels *vk_tile_kernels_for(vk_isa isa);

extern const vk_tile_kernels vk_tile_portable;
extern const vk_tile_kernels vk_tile_avx2;
extern const vk_tile_kernels vk_tile_avx512;
extern const vk_tile_kernels vk_tile_avx512_bf16;
extern const vk_tile_kernels vk_tile_avx512_fp16;

// Words of a pixel of so many channels.
static inline ptrdiff_t vk_words(const vk_tile_kernels *kernels, ptrdiff_t channels) {
  return (channels + kernels->channels_per_word - 1) / kernels->channels_per_word;
}
