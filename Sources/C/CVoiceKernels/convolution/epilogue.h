// The epilogue of a tile, straight from the registers that hold its sums; part of the tile template.
#pragma once

// What happens to one vector of channels, and where it goes. Steps that are left out become neutral operands (0, 1,
// ±∞): cheaper than a branch a pixel.
typedef struct {
  vec bias, scale, shift;
  float first_floor, floor, cap;
  const float *added;
  ptrdiff_t added_pitch;
  bool added_last;
  float *output;
  ptrdiff_t output_pitch;
  ptrdiff_t count;  // channels that exist
} channel_epilogue;

INLINE channel_epilogue epilogue_of(const vk_tile *tile, const vk_epilogue *e, ptrdiff_t channel) {
  const float infinity = __builtin_inff();
  const ptrdiff_t count = tile->channels - channel;
  return (channel_epilogue){
      .bias = e->bias ? load_some(e->bias + channel, count) : 0,
      .scale = e->scale ? load_some(e->scale + channel, count) : 1,
      .shift = e->shift ? load_some(e->shift + channel, count) : 0,
      .first_floor = e->relu_first ? 0 : -infinity,
      .floor = e->clamp ? 0 : -infinity,
      .cap = e->clamp ? e->cap : infinity,
      .added = e->residual ? e->residual + channel : NULL,
      .added_pitch = e->residual_pixel_pitch,
      .added_last = e->residual_last,
      .output = tile->output + channel,
      .output_pitch = tile->pixel_pitch,
      .count = count,
  };
}

// Stores the sums of pixel `row` of the tile.
INLINE void put(const channel_epilogue *e, vec sum, ptrdiff_t row) {
  const vec added = e->added ? load_some(e->added + row * e->added_pitch, e->count) : 0;
  vec y = at_least(sum + e->bias, e->first_floor) * e->scale + e->shift;
  if (e->added && !e->added_last) y += added;
  y = at_most(at_least(y, e->floor), e->cap);
  if (e->added && e->added_last) y += added;
  store_some(e->output + row * e->output_pitch, y, e->count);
}
