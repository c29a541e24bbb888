// What packing and running of Winograd's algorithm share: the layout of the transformed weights.
#pragma once

#include "panel.h"
#include "vk_winograd.h"

// Products of one window of four outputs.
enum { PLANES = 6 };

// The direct convolution that computes one plane of products.
static inline vk_convolution_shape vk_plane_shape(const vk_convolution_shape *shape) {
  vk_convolution_shape plane = *shape;
  plane.kernel_width = 1;
  return plane;
}

// Where plane `plane` of `panel` lies in the packed weights. The planes of a panel lie side by side, so that a panel is
// one stream: [panel][plane][tap][input][channel].
static inline ptrdiff_t vk_plane_offset(vk_panel panel, ptrdiff_t plane) {
  return PLANES * panel.weights_offset + plane * panel.weights_count;
}
