// Functions of every value by itself.

// ln x = e ln 2 + ln m with m in [sqrt 1/2, sqrt 2): the polynomial of degree 9 in m - 1 is right to 1e-7. Inputs are
// normal and positive, which the floor sees to.
INLINE vec natural_log(vec x) {
  const ivec bits = (ivec)x;
  const ivec exponent = (bits - 0x3f3504f3) >> 23;
  const vec e = __builtin_convertvector(exponent, vec);
  const vec m = (vec)(bits - (exponent << 23)) - 1;
  vec p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const vec square = m * m;
  const vec y = m * square * p + e * -2.12194440e-4f - 0.5f * square;
  return m + y + e * 0.693359375f;
}

// A whole number of vectors in place, the rest through a vector of its own: `x` is what `expression` sees.
#define EACH(values, count, expression)                        \
  do {                                                         \
    size_t at = 0;                                             \
    for (; at + LANES <= (count); at += LANES) {               \
      const vec x = load((values) + at);                       \
      store((values) + at, expression);                        \
    }                                                          \
    if (at < (count)) {                                        \
      vec x = 1;                                               \
      memcpy(&x, (values) + at, ((count) - at) * sizeof(float)); \
      const vec y = expression;                                \
      memcpy((values) + at, &y, ((count) - at) * sizeof(float)); \
    }                                                          \
  } while (0)

static void logarithm(float *values, size_t count, float floor, float scale) {
  EACH(values, count, scale * natural_log(x > floor ? x : (vec)floor));
}

static void power(float *values, size_t count, float exponent, float scale) {
  if (exponent == 1) EACH(values, count, x * scale);
  else if (exponent == 0.5f) EACH(values, count, __builtin_elementwise_sqrt(x) * scale);
  else
    for (size_t i = 0; i < count; i++) values[i] = scale * powf(values[i], exponent);
}

static void scale(const float *x, size_t count, float factor, float *y) {
  for (size_t i = 0; i < count; i++) y[i] = x[i] * factor;
}

static void from_int16(const int16_t *x, size_t count, float *y) {
  for (size_t i = 0; i < count; i++) y[i] = (float)x[i] * (1.0f / 32768);
}

static bool are_finite(const float *x, size_t count) {
  vec products = 0;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) products += load(x + i) * 0;
  float product = 0;
  UNROLL for (int lane = 0; lane < LANES; lane++) product += products[lane];
  for (; i < count; i++) product += x[i] * 0;
  return product == 0;  // 0 times what is not finite is NaN, and stays
}
