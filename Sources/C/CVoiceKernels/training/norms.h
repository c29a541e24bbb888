// Batch norm over a batch, in double precision: its rounding decides the side of the ReLU behind it. Rows stream past
// as they lie in memory, the constants come from the nearest cache; sums stay in registers, so that rows come in strips
// of some cache lines there.
//
// A vector of doubles is two registers wide, which the compiler warns of where functions pass them: these are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef double dvec __attribute__((ext_vector_type(LANES)));
typedef double unaligned_dvec __attribute__((ext_vector_type(LANES), aligned(8)));

INLINE dvec load_doubles(const double *p, ptrdiff_t count) {
  if (count >= LANES) return *(const unaligned_dvec *)p;
  dvec v = 0;
  memcpy(&v, p, (size_t)count * sizeof(double));
  return v;
}

INLINE void add_doubles(double *p, dvec v, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < LANES && i < count; i++) p[i] += v[i];
}

INLINE dvec widen(vec v) { return __builtin_convertvector(v, dvec); }

INLINE vec narrow(dvec v) { return __builtin_convertvector(v, vec); }

INLINE dvec cut(dvec value, dvec gate) { return gate > 0 ? value : 0; }

// Vectors of a strip.
#define STRIP 4

INLINE void moments_of(
    ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t vectors, ptrdiff_t left, const float *x, double *sums,
    double *squares) {
  dvec sum[STRIP] = {0}, square[STRIP] = {0};
  for (ptrdiff_t row = 0; row < rows; row++, x += channels)
    for (ptrdiff_t i = 0; i < vectors; i++) {
      const dvec v = widen(load_some(x + i * LANES, left));
      sum[i] += v;
      square[i] += v * v;
    }
  for (ptrdiff_t i = 0; i < vectors; i++) {
    add_doubles(sums + i * LANES, sum[i], left);
    add_doubles(squares + i * LANES, square[i], left);
  }
}

static void moments(ptrdiff_t rows, ptrdiff_t channels, const float *x, double *sums, double *squares) {
  ptrdiff_t c = 0;
  for (; c + STRIP * LANES <= channels; c += STRIP * LANES)
    moments_of(rows, channels, STRIP, LANES, x + c, sums + c, squares + c);
  for (; c < channels; c += LANES) moments_of(rows, channels, 1, channels - c, x + c, sums + c, squares + c);
}

INLINE void norm_at(
    ptrdiff_t left, const float *x, const double *scale, const double *shift, bool relu, float *y) {
  const vec v = narrow(widen(load_some(x, left)) * load_doubles(scale, left) + load_doubles(shift, left));
  store_some(y, relu ? at_least(v, 0) : v, left);
}

static void norm(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, const double *scale, const double *shift, bool relu,
    float *y) {
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, y += channels) {
    ptrdiff_t c = 0;
    for (; c + LANES <= channels; c += LANES) norm_at(LANES, x + c, scale + c, shift + c, relu, y + c);
    if (c < channels) norm_at(channels - c, x + c, scale + c, shift + c, relu, y + c);
  }
}

INLINE void norm_moments_of(
    ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t vectors, ptrdiff_t left, const float *x, const float *dy,
    const double *scale, const double *shift, bool relu, double *sums, double *products) {
  dvec sum[STRIP] = {0}, product[STRIP] = {0};
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, dy += channels)
    for (ptrdiff_t i = 0; i < vectors; i++) {
      const ptrdiff_t c = i * LANES;
      const dvec v = widen(load_some(x + c, left));
      dvec g = widen(load_some(dy + c, left));
      if (relu) g = cut(g, v * load_doubles(scale + c, left) + load_doubles(shift + c, left));
      sum[i] += g;
      product[i] += g * v;
    }
  for (ptrdiff_t i = 0; i < vectors; i++) {
    add_doubles(sums + i * LANES, sum[i], left);
    add_doubles(products + i * LANES, product[i], left);
  }
}

static void norm_moments(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *dy, const double *scale, const double *shift,
    bool relu, double *sums, double *products) {
  ptrdiff_t c = 0;
  for (; c + STRIP * LANES <= channels; c += STRIP * LANES)
    norm_moments_of(rows, channels, STRIP, LANES, x + c, dy + c, scale + c, shift + c, relu, sums + c, products + c);
  for (; c < channels; c += LANES)
    norm_moments_of(
        rows, channels, 1, channels - c, x + c, dy + c, scale + c, shift + c, relu, sums + c, products + c);
}

INLINE void norm_gradient_at(
    ptrdiff_t left, const float *x, const float *dy, const double *scale, const double *shift, bool relu,
    const double *slope, const double *offset, float *dx) {
  const dvec a = load_doubles(scale, left), v = widen(load_some(x, left));
  dvec g = widen(load_some(dy, left));
  if (relu) g = cut(g, v * a + load_doubles(shift, left));
  store_some(dx, narrow(g * a + (v * load_doubles(slope, left) + load_doubles(offset, left))), left);
}

static void norm_gradient(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *dy, const double *scale, const double *shift,
    bool relu, const double *slope, const double *offset, float *dx) {
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, dy += channels, dx += channels) {
    ptrdiff_t c = 0;
    for (; c + LANES <= channels; c += LANES)
      norm_gradient_at(LANES, x + c, dy + c, scale + c, shift + c, relu, slope + c, offset + c, dx + c);
    if (c < channels)
      norm_gradient_at(channels - c, x + c, dy + c, scale + c, shift + c, relu, slope + c, offset + c, dx + c);
  }
}
