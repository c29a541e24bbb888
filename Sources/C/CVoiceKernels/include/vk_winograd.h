// Winograd's F(4,3) along time: convolutions with three taps and stride 1 in time, at half the multiplications.
#pragma once

#include "vk_convolution.h"

// Whether the shape has three taps and stride 1 in time and enough channels to gain from it.
bool vk_winograd_is_suitable(const vk_convolution_shape *_Nonnull shape);

// Floats that `vk_winograd_pack` writes.
size_t vk_winograd_packed_count(vk_isa isa, const vk_convolution_shape *_Nonnull shape);

// Transforms and packs `weights` [output][input][kernel height][3]. `transformed` is working memory for a third as many
// floats as the weights; `packed` is 64-byte aligned.
void vk_winograd_pack(
    vk_isa isa, const vk_convolution_shape *_Nonnull shape, const float *_Nonnull weights,
    float *_Nonnull transformed, float *_Nonnull packed);

// Floats of scratch that `vk_winograd_run` needs for an output of that size.
size_t vk_winograd_scratch_count(
    vk_isa isa, const vk_convolution_shape *_Nonnull shape, ptrdiff_t height, ptrdiff_t width);

// As `vk_convolution_run`, with the same demands on the input.
void vk_winograd_run(
    vk_isa isa, const vk_convolution_shape *_Nonnull shape, const float *_Nonnull packed, vk_map input,
    vk_output_map output, const vk_epilogue *_Nonnull epilogue, vk_weights following,
    float *_Nonnull scratch);
