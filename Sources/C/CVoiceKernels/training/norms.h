// Batch norm over a batch, in double precision: its rounding decides the side of the ReLU behind it. The constants of a
// vector of channels stay in registers while its rows stream past.
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

INLINE void moments_of(
    ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t left, const float *x, double *sums, double *squares) {
  dvec sum = 0, square = 0;
  for (ptrdiff_t row = 0; row < rows; row++, x += channels) {
    const dvec v = widen(load_some(x, left));
    sum += v;
    square += v * v;
  }
  add_doubles(sums, sum, left);
  add_doubles(squares, square, left);
}

static void moments(ptrdiff_t rows, ptrdiff_t channels, const float *x, double *sums, double *squares) {
  ptrdiff_t c = 0;
  for (; c + LANES <= channels; c += LANES) moments_of(rows, channels, LANES, x + c, sums + c, squares + c);
  if (c < channels) moments_of(rows, channels, channels - c, x + c, sums + c, squares + c);
}

INLINE void norm_of(
    ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t left, const float *x, dvec scale, dvec shift, bool relu, float *y) {
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, y += channels) {
    const vec v = narrow(widen(load_some(x, left)) * scale + shift);
    store_some(y, relu ? at_least(v, 0) : v, left);
  }
}

static void norm(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, const double *scale, const double *shift, bool relu,
    float *y) {
  for (ptrdiff_t c = 0; c < channels; c += LANES) {
    const ptrdiff_t left = channels - c;
    const dvec a = load_doubles(scale + c, left), b = load_doubles(shift + c, left);
    if (left >= LANES)
      norm_of(rows, channels, LANES, x + c, a, b, relu, y + c);
    else
      norm_of(rows, channels, left, x + c, a, b, relu, y + c);
  }
}

INLINE void norm_moments_of(
    ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t left, const float *x, const float *dy, dvec scale, dvec shift,
    bool relu, double *sums, double *products) {
  dvec sum = 0, product = 0;
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, dy += channels) {
    const dvec v = widen(load_some(x, left));
    dvec g = widen(load_some(dy, left));
    if (relu) g = cut(g, v * scale + shift);
    sum += g;
    product += g * v;
  }
  add_doubles(sums, sum, left);
  add_doubles(products, product, left);
}

static void norm_moments(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *dy, const double *scale, const double *shift,
    bool relu, double *sums, double *products) {
  for (ptrdiff_t c = 0; c < channels; c += LANES) {
    const ptrdiff_t left = channels - c;
    const dvec a = load_doubles(scale + c, left), b = load_doubles(shift + c, left);
    if (left >= LANES)
      norm_moments_of(rows, channels, LANES, x + c, dy + c, a, b, relu, sums + c, products + c);
    else
      norm_moments_of(rows, channels, left, x + c, dy + c, a, b, relu, sums + c, products + c);
  }
}

INLINE void norm_gradient_of(
    ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t left, const float *x, const float *dy, dvec scale, dvec shift,
    bool relu, dvec slope, dvec offset, float *dx) {
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, dy += channels, dx += channels) {
    const dvec v = widen(load_some(x, left));
    dvec g = widen(load_some(dy, left));
    if (relu) g = cut(g, v * scale + shift);
    store_some(dx, narrow(g * scale + (v * slope + offset)), left);
  }
}

static void norm_gradient(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *dy, const double *scale, const double *shift,
    bool relu, const double *slope, const double *offset, float *dx) {
  for (ptrdiff_t c = 0; c < channels; c += LANES) {
    const ptrdiff_t left = channels - c;
    const dvec a = load_doubles(scale + c, left), b = load_doubles(shift + c, left);
    const dvec s = load_doubles(slope + c, left), o = load_doubles(offset + c, left);
    if (left >= LANES)
      norm_gradient_of(rows, channels, LANES, x + c, dy + c, a, b, relu, s, o, dx + c);
    else
      norm_gradient_of(rows, channels, left, x + c, dy + c, a, b, relu, s, o, dx + c);
  }
}
