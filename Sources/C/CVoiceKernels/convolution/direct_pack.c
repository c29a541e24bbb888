// Packing: once, when a network is loaded. The hot loop then reads its weights as one forward stream.
#include "panel.h"

size_t vk_convolution_packed_count(vk_isa isa, const vk_convolution_shape *shape) {
  const vk_tile_kernels *kernels = vk_tile_kernels_for(isa);
  vk_panel last = vk_panel_at(kernels, shape, vk_panel_count(kernels, shape) - 1);
  return (size_t)(last.weights_offset + last.weights_count);
}

void vk_pack_panel(
    const vk_tile_kernels *kernels, const vk_convolution_shape *shape, vk_panel panel, const float *weights,
    float *packed) {
  const ptrdiff_t taps = shape->kernel_height * shape->kernel_width, inputs = shape->input_channels;
  for (ptrdiff_t tap = 0; tap < taps; tap++)
    for (ptrdiff_t input = 0; input < inputs; input += kernels->channels_per_word)
      for (ptrdiff_t column = 0; column < panel.width; column++) {
        const ptrdiff_t output = panel.first_channel + column;
        const float *first = weights + (output * inputs + input) * taps + tap;
        *packed++ = column < panel.channels ? kernels->pack_word(first, taps, inputs - input) : 0;
      }
}

void vk_convolution_pack(vk_isa isa, const vk_convolution_shape *shape, const float *weights, float *packed) {
  const vk_tile_kernels *kernels = vk_tile_kernels_for(isa);
  for (ptrdiff_t p = 0; p < vk_panel_count(kernels, shape); p++) {
    vk_panel panel = vk_panel_at(kernels, shape, p);
    vk_pack_panel(kernels, shape, panel, weights, packed + panel.weights_offset);
  }
}
