// Where a tile's pixels and channels lie in the output map, and its constants in the epilogue.
#pragma once

#include "panel.h"

// The `rows` pixels from (y, x) of `panel`.
static inline vk_tile vk_tile_at(
    vk_panel panel, const vk_output_map *output, ptrdiff_t y, ptrdiff_t x, ptrdiff_t rows) {
  return (vk_tile){
      .rows = rows,
      .channels = panel.channels,
      .output = output->base + y * output->row_pitch + x * output->pixel_pitch + panel.first_channel,
      .pixel_pitch = output->pixel_pitch,
  };
}

// The epilogue from (y, x) of `panel` on.
static inline vk_epilogue vk_epilogue_at(vk_panel panel, const vk_epilogue *epilogue, ptrdiff_t y, ptrdiff_t x) {
  vk_epilogue e = *epilogue;
  if (e.bias) e.bias += panel.first_channel;
  if (e.scale) e.scale += panel.first_channel;
  if (e.shift) e.shift += panel.first_channel;
  if (e.residual) e.residual += y * e.residual_row_pitch + x * e.residual_pixel_pitch + panel.first_channel;
  return e;
}
