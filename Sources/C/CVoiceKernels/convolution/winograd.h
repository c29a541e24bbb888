// What packing and running of Winograd's algorithm share: the layout of the transformed weights.
#pragma once

#include "panel.h"
#include "vk_winograd.h"

// Products of one window of four outputs, and of one pair of output rows where frequency is transformed too.
enum { PLANES = 6, ROW_PLANES = 4 };

// Whether frequency is transformed as well, by F(2,3): a third of the direct products is left instead of half. There
// must be sums of words, and few channels do not pay for them.
static inline bool vk_winograd_is_nested(const vk_tile_kernels *kernels, const vk_convolution_shape *shape) {
  return kernels->winograd_rows_in && shape->kernel_height == 3 && shape->stride_height == 1 &&
         shape->dilation_height == 1 && vk_words(kernels, shape->input_channels) >= 32 &&
         shape->output_channels >= 32;
}

static inline ptrdiff_t vk_plane_count(const vk_tile_kernels *kernels, const vk_convolution_shape *shape) {
  return vk_winograd_is_nested(kernels, shape) ? ROW_PLANES * PLANES : PLANES;
}

// The direct convolution that computes one plane of products.
static inline vk_convolution_shape vk_plane_shape(const vk_tile_kernels *kernels, const vk_convolution_shape *shape) {
  vk_convolution_shape plane = *shape;
  plane.kernel_width = 1;
  if (vk_winograd_is_nested(kernels, shape)) plane.kernel_height = 1;
  return plane;
}

// Where plane `plane` of so many of `panel` lies in the packed weights. The planes of a panel lie side by side, so that
// a panel is one stream: [panel][plane][tap][input][channel].
static inline ptrdiff_t vk_plane_offset(vk_panel panel, ptrdiff_t planes, ptrdiff_t plane) {
  return planes * panel.weights_offset + plane * panel.weights_count;
}
