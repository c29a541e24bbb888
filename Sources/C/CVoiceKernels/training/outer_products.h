// sums[c][o] += Σ_r x[r][c] · dy[r][o]. A tile of sums stays in registers while all rows stream past it: neither factor
// is packed or transposed, as the tile wants both as they lie.
INLINE void outer_tile(
    int columns, int vectors, ptrdiff_t rows, const float *x, ptrdiff_t x_pitch, const float *dy, ptrdiff_t dy_pitch,
    float *sums, ptrdiff_t sums_pitch) {
  vec tile[COLUMNS][2];
  for (int c = 0; c < columns; c++)
    for (int v = 0; v < vectors; v++) tile[c][v] = load(sums + c * sums_pitch + v * LANES);
  for (ptrdiff_t row = 0; row < rows; row++, x += x_pitch, dy += dy_pitch) {
    vec d[2];
    for (int v = 0; v < vectors; v++) d[v] = load(dy + v * LANES);
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++)
      for (int v = 0; v < vectors; v++) tile[c][v] += (vec)x[c] * d[v];
  }
  for (int c = 0; c < columns; c++)
    for (int v = 0; v < vectors; v++) store(sums + c * sums_pitch + v * LANES, tile[c][v]);
}

// All columns with `vectors` vectors of outputs.
INLINE void outer_panel(
    int vectors, ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t x_pitch, const float *dy,
    ptrdiff_t dy_pitch, float *sums, ptrdiff_t sums_pitch) {
  ptrdiff_t c = 0;
  for (; c + COLUMNS <= columns; c += COLUMNS)
    outer_tile(COLUMNS, vectors, rows, x + c, x_pitch, dy, dy_pitch, sums + c * sums_pitch, sums_pitch);
  for (; c + 4 <= columns; c += 4)
    outer_tile(4, vectors, rows, x + c, x_pitch, dy, dy_pitch, sums + c * sums_pitch, sums_pitch);
  for (; c < columns; c++)
    outer_tile(1, vectors, rows, x + c, x_pitch, dy, dy_pitch, sums + c * sums_pitch, sums_pitch);
}

static void outer_products(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t outputs, const float *x, ptrdiff_t x_pitch, const float *dy,
    ptrdiff_t dy_pitch, float *sums, ptrdiff_t sums_pitch) {
  ptrdiff_t o = 0;
  for (; o + 2 * LANES <= outputs; o += 2 * LANES)
    outer_panel(2, rows, columns, x, x_pitch, dy + o, dy_pitch, sums + o, sums_pitch);
  if (o < outputs) outer_panel(1, rows, columns, x, x_pitch, dy + o, dy_pitch, sums + o, sums_pitch);
}
