// A panel: the output channels that one tile computes, two vectors of them, and where their packed weights lie.
#pragma once

#include "tile.h"

typedef struct {
  ptrdiff_t first_channel;
  ptrdiff_t channels;        // that exist
  ptrdiff_t vectors, width;  // that are packed: 1 or 2, and vectors × lanes
  ptrdiff_t weights_offset, weights_count;  // in words
} vk_panel;

static inline ptrdiff_t vk_panel_count(const vk_tile_kernels *kernels, const vk_convolution_shape *shape) {
  ptrdiff_t full = 2 * kernels->lanes;
  return (shape->output_channels + full - 1) / full;
}

static inline vk_panel vk_panel_at(const vk_tile_kernels *kernels, const vk_convolution_shape *shape, ptrdiff_t index) {
  const ptrdiff_t full = 2 * kernels->lanes;
  const ptrdiff_t depth = shape->kernel_height * shape->kernel_width * vk_words(kernels, shape->input_channels);
  const ptrdiff_t left = shape->output_channels - index * full;
  vk_panel panel;
  panel.first_channel = index * full;
  panel.channels = left < full ? left : full;
  panel.vectors = left > kernels->lanes ? 2 : 1;
  panel.width = panel.vectors * kernels->lanes;
  panel.weights_offset = index * full * depth;
  panel.weights_count = panel.width * depth;
  return panel;
}

static inline vk_weights vk_panel_weights(
    const vk_tile_kernels *kernels, const vk_convolution_shape *shape, const float *packed, ptrdiff_t index) {
  const vk_panel panel = vk_panel_at(kernels, shape, index);
  return (vk_weights){packed + panel.weights_offset, panel.weights_count};
}

// Packs the weights [output][input][kernel height][kernel width] of one panel to [tap][word of input][channel].
void vk_pack_panel(
    const vk_tile_kernels *kernels, const vk_convolution_shape *shape, vk_panel panel, const float *weights,
    float *packed);
