// Element-wise loops. The tail of a vector is loaded into zeros and stored in part, so that nothing beyond `count` is
// touched.

#define ELEMENTWISE(name, formula)                                    \
  static void name(ptrdiff_t count, const float *x, float *y) {       \
    for (ptrdiff_t i = 0; i < count; i += LANES) {                    \
      const vec v = load_some(x + i, count - i);                      \
      store_some(y + i, formula, count - i);                          \
    }                                                                 \
  }

ELEMENTWISE(relu, at_least(v, 0))
ELEMENTWISE(exponential, exp_of(v))
ELEMENTWISE(logistic, sigmoid_of(v))
ELEMENTWISE(hyperbolic_tangent, tanh_of(v))
ELEMENTWISE(silu, v * sigmoid_of(v))

#undef ELEMENTWISE

static void add(ptrdiff_t count, const float *a, const float *b, float *y) {
  for (ptrdiff_t i = 0; i < count; i += LANES)
    store_some(y + i, load_some(a + i, count - i) + load_some(b + i, count - i), count - i);
}

static void add_rows_of(
    ptrdiff_t rows, ptrdiff_t channels, const float *a, ptrdiff_t a_pitch, const float *b, ptrdiff_t b_pitch, float *y,
    ptrdiff_t y_pitch) {
  for (ptrdiff_t row = 0; row < rows; row++) add(channels, a + row * a_pitch, b + row * b_pitch, y + row * y_pitch);
}

// x·(1 + a) + y·(1 − a)
static void fuse(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, ptrdiff_t x_pitch, const float *y, ptrdiff_t y_pitch,
    const float *a, ptrdiff_t a_pitch, float *z, ptrdiff_t z_pitch) {
  for (ptrdiff_t row = 0; row < rows; row++, x += x_pitch, y += y_pitch, a += a_pitch, z += z_pitch)
    for (ptrdiff_t c = 0; c < channels; c += LANES) {
      const ptrdiff_t left = channels - c;
      const vec one = load_some(x + c, left), other = load_some(y + c, left);
      store_some(z + c, one + other + (one - other) * load_some(a + c, left), left);
    }
}

static void scale_shift(
    ptrdiff_t rows, ptrdiff_t channels, const float *x, ptrdiff_t x_pitch, const float *scale, const float *shift,
    bool relu, float *y, ptrdiff_t y_pitch) {
  const float floor = relu ? 0 : -__builtin_inff();
  for (ptrdiff_t row = 0; row < rows; row++, x += x_pitch, y += y_pitch)
    for (ptrdiff_t c = 0; c < channels; c += LANES) {
      const ptrdiff_t left = channels - c;
      const vec v = load_some(x + c, left) * load_some(scale + c, left) + load_some(shift + c, left);
      store_some(y + c, at_least(v, floor), left);
    }
}
