// The transforms of Winograd's F(4,3) along time, for the points 0, ±1, ±2, ∞, and of F(2,3) along frequency; part of
// the tile template.

// Of six pixels d, to v = Bᵀd.
INLINE void transform_window(const vec d[6], vec v[6]) {
  const vec a = d[4] - 4 * d[2], b = d[3] - 4 * d[1];
  const vec e = d[4] - d[2], f = 2 * (d[3] - d[1]);
  v[0] = 4 * d[0] - 5 * d[2] + d[4];
  v[1] = a + b;
  v[2] = a - b;
  v[3] = e + f;
  v[4] = e - f;
  v[5] = 4 * d[1] - 5 * d[3] + d[5];
}

// One vector of channels of one window, from `channel` on, of which `count` exist. Of its pixels `readable` (at most
// six) exist, the others count as zero.
INLINE void transform_channels(
    const float *pixels, ptrdiff_t pitch, ptrdiff_t readable, ptrdiff_t channel, float *output, ptrdiff_t plane_pitch,
    ptrdiff_t count) {
  vec d[6], v[6];
#pragma clang loop unroll(full)
  for (int i = 0; i < 6; i++) d[i] = i < readable ? load_some(pixels + i * pitch + channel, count) : 0;
  transform_window(d, v);
#pragma clang loop unroll(full)
  for (int i = 0; i < 6; i++) store_words(output + i * plane_pitch, channel, v[i], count);
}

INLINE void transform_pixels(
    const float *pixels, ptrdiff_t pitch, ptrdiff_t readable, ptrdiff_t channels, float *output,
    ptrdiff_t plane_pitch) {
  ptrdiff_t c = 0;
  for (; c + LANES <= channels; c += LANES)
    transform_channels(pixels, pitch, readable, c, output, plane_pitch, LANES);
  if (c < channels) transform_channels(pixels, pitch, readable, c, output, plane_pitch, channels - c);
}

static void winograd_input(
    const float *pixels, ptrdiff_t pitch, ptrdiff_t width, ptrdiff_t channels, float *planes, ptrdiff_t plane_pitch) {
  const ptrdiff_t words = (channels + CHANNELS_PER_WORD - 1) / CHANNELS_PER_WORD;
  for (ptrdiff_t x = 0; x < width; x += 4, pixels += 4 * pitch, planes += words) {
    if (width - x >= 4)
      transform_pixels(pixels, pitch, 6, channels, planes, plane_pitch);
    else
      transform_pixels(pixels, pitch, width - x + 2, channels, planes, plane_pitch);
  }
}

// y = Aᵀm for each window and channel.
static void winograd_output(
    const float *products, ptrdiff_t plane_pitch, ptrdiff_t width, const vk_tile *tile, const vk_epilogue *e) {
  for (ptrdiff_t channel = 0; channel < tile->channels; channel += LANES) {
    const channel_epilogue channels = epilogue_of(tile, e, channel);
    const float *window = products + channel;
    for (ptrdiff_t x = 0; x < tile->rows; x += 4, window += width) {
      vec m[6];
#pragma clang loop unroll(full)
      for (int i = 0; i < 6; i++) m[i] = *(const vec *)(window + i * plane_pitch);
      const vec a = m[1] + m[2], b = m[1] - m[2];
      const vec c = m[3] + m[4], d = m[3] - m[4];
      const ptrdiff_t left = tile->rows - x;
      put(&channels, m[0] + a + c, x);
      if (left > 1) put(&channels, b + 2 * d, x + 1);
      if (left > 2) put(&channels, a + 4 * c, x + 2);
      if (left > 3) put(&channels, b + 8 * d + m[5], x + 3);
    }
  }
}

#ifndef NO_SUMS_OF_WORDS
// Bᵀd of F(2,3) for the points 0, ±1, ∞.
static void winograd_rows_in(const float *const rows[4], ptrdiff_t count, float *transformed) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t left = count - i;
    vec d[4];
#pragma clang loop unroll(full)
    for (int row = 0; row < 4; row++) d[row] = load_some(rows[row] + i, left);
    store_some(transformed + i, words_difference(d[0], d[2]), left);
    store_some(transformed + count + i, words_sum(d[1], d[2]), left);
    store_some(transformed + 2 * count + i, words_difference(d[2], d[1]), left);
    store_some(transformed + 3 * count + i, words_difference(d[1], d[3]), left);
  }
}
#endif

// Aᵀm.
static void winograd_rows_out(const float *products, ptrdiff_t pitch, ptrdiff_t count, float *first, float *second) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const vec *m = (const vec *)(products + i);
    const ptrdiff_t step = pitch / LANES;
    *(vec *)(first + i) = m[0] + m[step] + m[2 * step];
    *(vec *)(second + i) = m[step] - m[2 * step] - m[3 * step];
  }
}
