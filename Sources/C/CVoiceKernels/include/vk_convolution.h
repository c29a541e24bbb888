// Convolution of channels-last activations with packed weights and a fused epilogue.
//
//   sum[y][x][o] = Σ_{i,j,c} input[y·sh + i·dh − ph][x·sw + j·dw − pw][c] · weight[o][c][i][j]
//   output       = clamp(relu_first(sum + bias) · scale + shift + residual)
//
// A sequence is a map of height 1, a linear layer a 1×1 kernel. Nothing is copied at run time: pixels are read where
// they are, and the border is a halo of pixels around the input that the caller keeps readable (zero at a true edge,
// neighbouring frames when the view is a cut of a longer sequence).
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vk_isa.h"

// Kernels have at most this many taps (height × width).
#define VK_MAX_TAPS 256

typedef struct {
  ptrdiff_t input_channels, output_channels;
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t stride_height, stride_width;
  ptrdiff_t dilation_height, dilation_width;
  ptrdiff_t padding_height, padding_width;
} vk_convolution_shape;

// A map of pixels: channel c of pixel (y, x) is base[y·row_pitch + x·pixel_pitch + c].
typedef struct {
  const float *_Nonnull base;
  ptrdiff_t row_pitch, pixel_pitch;
} vk_map;

typedef struct {
  float *_Nonnull base;
  ptrdiff_t height, width;
  ptrdiff_t row_pitch, pixel_pitch;
} vk_output_map;

// What happens to a sum before it is stored, in this order; a null pointer or a false flag leaves its step out.
typedef struct {
  const float *_Nullable bias;   // [output channels]
  bool relu_first;               // convolution → ReLU → batch norm
  const float *_Nullable scale;  // [output channels]
  const float *_Nullable shift;  // [output channels], only with a scale
  const float *_Nullable residual;
  ptrdiff_t residual_row_pitch, residual_pixel_pitch;
  bool residual_last;            // add the residual after the clamp instead of before
  bool clamp;                    // to [0, cap]; an infinite cap is ReLU
  float cap;
} vk_epilogue;

// Packed weights that will be read soon.
typedef struct {
  const float *_Nullable first;
  ptrdiff_t count;
} vk_weights;

// Floats' worth of memory that `vk_convolution_pack` writes.
size_t vk_convolution_packed_count(vk_isa isa, const vk_convolution_shape *_Nonnull shape);

// Packs `weights` [output][input][kernel height][kernel width] into panels of two vectors of output channels,
// [panel][tap][input channel][channel of the panel]; the last panel is one vector wide if that is enough and padded
// with zeros. `packed` is 64-byte aligned and only good for this instruction set.
void vk_convolution_pack(
    vk_isa isa, const vk_convolution_shape *_Nonnull shape, const float *_Nonnull weights, float *_Nonnull packed);

// Floats' worth of 64-byte aligned scratch that `vk_convolution_run` needs for an output of that size; none where it
// reads its input in place.
size_t vk_convolution_scratch_count(
    vk_isa isa, const vk_convolution_shape *_Nonnull shape, ptrdiff_t height, ptrdiff_t width);

// Computes `output.height` × `output.width` pixels. Every pixel under the kernel must be readable.
// Meanwhile fetches `following` into the second-level cache; it is not read and may be empty.
void vk_convolution_run(
    vk_isa isa, const vk_convolution_shape *_Nonnull shape, const float *_Nonnull packed, vk_map input,
    vk_output_map output, const vk_epilogue *_Nonnull epilogue, vk_weights following, float *_Nullable scratch);

// Rounds of multiply-adds in registers; gives the number of operations. `sink` brings a factor of at most 0.5 and takes
// the sum.
ptrdiff_t vk_convolution_peak(vk_isa isa, ptrdiff_t rounds, float *_Nonnull sink);
