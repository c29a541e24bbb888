// Fetches weights that will be needed soon into the second-level cache, a little in each step of the hot loop.
//
// Without it the first tile of each panel waits for the third-level cache: with 11 tiles a panel that costs 15 % of the
// whole convolution, with one panel a layer more.
#pragma once

#include "vk_convolution.h"

typedef struct {
  const float *next, *end;
  ptrdiff_t step;  // floats for each step of the hot loop
} vk_stream;

// Spreads the fetching of `weights` over so many steps. Without weights it stays at `otherwise`, which is mapped
// memory: a fetch of an unmapped address costs a walk of the page table.
static inline vk_stream vk_stream_over(vk_weights weights, ptrdiff_t steps, const float *otherwise) {
  if (weights.count == 0) return (vk_stream){otherwise, otherwise, 0};
  const ptrdiff_t line = 64 / sizeof(float);
  const ptrdiff_t step = (weights.count + steps - 1) / steps;
  return (vk_stream){weights.first, weights.first + weights.count, step < line ? step : line};
}

// Moves on by what so many steps fetched; at the end it stays on a line that exists.
static inline void vk_stream_advance(vk_stream *stream, ptrdiff_t steps) {
  const ptrdiff_t fetched = stream->step * steps;
  if (fetched < stream->end - stream->next)
    stream->next += fetched;
  else
    stream->step = 0;
}
