// sums[c][o] += Σ_r x[r][c] · dy[r][o]. A tile of sums stays in registers while all rows stream past it: neither factor
// is transposed, as the tile wants both as they lie.
//
// Rows often lie a power of two apart, and push each other out of the caches and of the table of pages: what many tiles
// read is copied before, in panels as wide as a tile.

// Rows and outputs that are copied at a time: x and dy then stay in the first and second level cache.
#define PANEL_ROWS 160
#define PANEL_OUTPUTS 256

// Values whose rows lie so far apart.
typedef struct {
  const float *base;
  ptrdiff_t pitch;
} rows_of;

INLINE void outer_tile(
    const int columns, const int vectors, ptrdiff_t rows, rows_of x, rows_of dy, float *sums, ptrdiff_t sums_pitch) {
  vec tile[COLUMNS][2];
#pragma clang loop unroll(full)
  for (int c = 0; c < columns; c++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) tile[c][v] = load(sums + c * sums_pitch + v * LANES);
  for (ptrdiff_t row = 0; row < rows; row++, x.base += x.pitch, dy.base += dy.pitch) {
    vec d[2];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) d[v] = load(dy.base + v * LANES);
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) tile[c][v] += (vec)x.base[c] * d[v];
  }
#pragma clang loop unroll(full)
  for (int c = 0; c < columns; c++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) store(sums + c * sums_pitch + v * LANES, tile[c][v]);
}

// Up to COLUMNS columns with `vectors` vectors of outputs.
INLINE void outer_tiles(
    const int vectors, ptrdiff_t rows, ptrdiff_t columns, rows_of x, rows_of dy, float *sums, ptrdiff_t sums_pitch) {
  if (columns == COLUMNS) return outer_tile(COLUMNS, vectors, rows, x, dy, sums, sums_pitch);
#define TILES(count)                                                                                     \
  for (; columns >= count; columns -= count, x.base += count, sums += count * sums_pitch)                \
    outer_tile(count, vectors, rows, x, dy, sums, sums_pitch);
#if COLUMNS > 8
  TILES(8)
#endif
  TILES(4)
  TILES(1)
#undef TILES
}

// The same rows at `target`, as far apart as they are wide, or as `pitch` says.
INLINE rows_of copied(rows_of source, ptrdiff_t rows, const ptrdiff_t width, float *target, const ptrdiff_t pitch) {
  for (ptrdiff_t row = 0; row < rows; row++)
    memcpy(target + row * pitch, source.base + row * source.pitch, (size_t)width * sizeof(float));
  return (rows_of){target, pitch};
}

// `pairs` panels of two vectors a row, one behind the other; read as memory is fetched best, a row after the other.
INLINE void copy_in_panels(rows_of source, ptrdiff_t rows, ptrdiff_t pairs, float *panels) {
  for (ptrdiff_t row = 0; row < rows; row++)
    for (ptrdiff_t p = 0; p < pairs; p++) {
      const float *from = source.base + row * source.pitch + p * 2 * LANES;
      float *to = panels + (p * rows + row) * 2 * LANES;
      store(to, load(from));
      store(to + LANES, load(from + LANES));
    }
}

// A block of rows and outputs with all columns.
static void outer_block(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t outputs, rows_of x, rows_of dy, float *sums, ptrdiff_t sums_pitch) {
  // The second tile that reads it pays for the copy of dy, about the fifth for that of x.
  const bool copies_dy = columns > 2 * COLUMNS && outputs > 4 * LANES, copies_x = outputs >= 8 * LANES;
  _Alignas(64) float x_panel[PANEL_ROWS * COLUMNS];
  _Alignas(64) float dy_panels[PANEL_ROWS * PANEL_OUTPUTS];
  rows_of panels[PANEL_OUTPUTS / LANES];
  const ptrdiff_t pairs = outputs / (2 * LANES), rest = outputs % (2 * LANES);
  for (ptrdiff_t p = 0; p < pairs + (rest > 0); p++) {
    const ptrdiff_t o = p * 2 * LANES;
    panels[p] = (rows_of){dy.base + o, dy.pitch};
    if (copies_dy && p < pairs) panels[p] = (rows_of){dy_panels + o * rows, 2 * LANES};
  }
  if (copies_dy) copy_in_panels(dy, rows, pairs, dy_panels);
  for (ptrdiff_t c = 0; c < columns; c += COLUMNS) {
    const ptrdiff_t width = columns - c < COLUMNS ? columns - c : COLUMNS;
    rows_of window = {x.base + c, x.pitch};
    if (copies_x && width == COLUMNS) window = copied(window, rows, COLUMNS, x_panel, COLUMNS);
    float *target = sums + c * sums_pitch;
    for (ptrdiff_t p = 0; p < pairs; p++)
      outer_tiles(2, rows, width, window, panels[p], target + p * 2 * LANES, sums_pitch);
    if (rest > 0) outer_tiles(1, rows, width, window, panels[pairs], target + pairs * 2 * LANES, sums_pitch);
  }
}

static void outer_products(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t outputs, const float *x, ptrdiff_t x_pitch, const float *dy,
    ptrdiff_t dy_pitch, float *sums, ptrdiff_t sums_pitch) {
  const ptrdiff_t blocks = (rows + PANEL_ROWS - 1) / PANEL_ROWS;
  for (ptrdiff_t block = 0; block < blocks; block++) {
    const ptrdiff_t first = rows * block / blocks, count = rows * (block + 1) / blocks - first;
    for (ptrdiff_t o = 0; o < outputs; o += PANEL_OUTPUTS)
      outer_block(
          count, columns, outputs - o < PANEL_OUTPUTS ? outputs - o : PANEL_OUTPUTS,
          (rows_of){x + first * x_pitch, x_pitch}, (rows_of){dy + first * dy_pitch + o, dy_pitch}, sums + o,
          sums_pitch);
  }
}
