// Reductions over rows (time), one result a channel. The running sums stay in the first-level cache while the rows
// stream past once, in the order in which they lie in memory.

// sums[c] += Σ_r x[r][c]
INLINE void add_rows(ptrdiff_t rows, ptrdiff_t channels, const float *x, ptrdiff_t pitch, float *sums) {
  for (ptrdiff_t row = 0; row < rows; row++, x += pitch) add(channels, sums, x, sums);
}

INLINE void clear(ptrdiff_t count, float *x) { memset(x, 0, (size_t)count * sizeof(float)); }

INLINE void divide(ptrdiff_t count, float *x, float divisor) {
  const vec factor = 1 / divisor;
  for (ptrdiff_t i = 0; i < count; i += LANES) store_some(x + i, load_some(x + i, count - i) * factor, count - i);
}

static void column_means(ptrdiff_t rows, ptrdiff_t channels, const float *x, ptrdiff_t pitch, float *means) {
  clear(channels, means);
  add_rows(rows, channels, x, pitch, means);
  divide(channels, means, (float)rows);
}

// Two passes: Σx² − (Σx)²/n would cancel for channels whose mean is large.
static void column_statistics(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, ptrdiff_t pitch, float *means, float *deviations) {
  column_means(rows, channels, x, pitch, means);
  clear(channels, deviations);
  for (ptrdiff_t row = 0; row < rows; row++, x += pitch)
    for (ptrdiff_t c = 0; c < channels; c += LANES) {
      const ptrdiff_t left = channels - c;
      const vec d = load_some(x + c, left) - load_some(means + c, left);
      store_some(deviations + c, load_some(deviations + c, left) + d * d, left);
    }
  for (ptrdiff_t c = 0; c < channels; c++) deviations[c] = __builtin_sqrtf(deviations[c] / (float)(rows - 1));
}

static void segment_means(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, ptrdiff_t pitch, ptrdiff_t segment_rows, float *means) {
  for (ptrdiff_t first = 0; first < rows; first += segment_rows, means += channels) {
    const ptrdiff_t left = rows - first;
    column_means(left < segment_rows ? left : segment_rows, channels, x + first * pitch, pitch, means);
  }
}
