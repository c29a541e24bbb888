// The last step of a tile: its sums through the epilogue to their place in the output map.
#pragma once

#include "panel.h"

// Stores the `rows` pixels from (y, x) of `panel`; `sums` [row][panel width].
static inline void vk_store_tile(
    const vk_tile_kernels *kernels, const float *sums, vk_panel panel, const vk_output_map *output,
    const vk_epilogue *epilogue, ptrdiff_t y, ptrdiff_t x, ptrdiff_t rows) {
  const vk_tile tile = {
      .rows = rows,
      .channels = panel.channels,
      .output = output->base + y * output->row_pitch + x * output->pixel_pitch + panel.first_channel,
      .pixel_pitch = output->pixel_pitch,
  };
  vk_epilogue e = *epilogue;
  if (e.bias) e.bias += panel.first_channel;
  if (e.scale) e.scale += panel.first_channel;
  if (e.shift) e.shift += panel.first_channel;
  if (e.residual) e.residual += y * e.residual_row_pitch + x * e.residual_pixel_pitch + panel.first_channel;
  kernels->finish(sums, panel.width, &tile, &e);
}
