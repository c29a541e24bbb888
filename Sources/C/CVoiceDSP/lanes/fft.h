// Power spectra of the frames in the lanes.
//
// A real transform of N samples is a complex one of N/2 (even samples real, odd ones imaginary) and a pass that takes
// the two halves apart. The complex one is Stockham's, which sorts itself: a stage a factor of N/2 (4, 2, 3, 5), its
// inner loop over lanes. Other sizes go through the plain sum: N^2/2 products a frame, which vectorise as well.
#include "../fft_tables.h"

typedef struct {
  unaligned_vec re, im;
} point;

INLINE point sum(point a, point b) { return (point){a.re + b.re, a.im + b.im}; }
INLINE point minus(point a, point b) { return (point){a.re - b.re, a.im - b.im}; }
// a - i b and a + i b.
INLINE point minus_i(point a, point b) { return (point){a.re + b.im, a.im - b.re}; }
INLINE point plus_i(point a, point b) { return (point){a.re - b.im, a.im + b.re}; }
INLINE point scaled(point a, float c) { return (point){a.re * c, a.im * c}; }
// x times the complex number (w[0], w[1]); w is NULL for 1.
INLINE point turned(point x, const float *w) {
  return w ? (point){x.re * w[0] - x.im * w[1], x.re * w[1] + x.im * w[0]} : x;
}

// A stage: n points of stride s become r interleaved transforms of m = n / r.
// y[q + s (r p + j)] = w^(p j) * sum over k of x[q + s (p + k m)] * exp(-2 pi i j k / r)
// A butterfly is the part of one p: `in` is x + s p, `out` y + s r p, `step` s m, `w` the powers of w^p.
#define BUTTERFLY(name) INLINE void name(const point *in, point *out, int step, int s, const float *w)

BUTTERFLY(radix2) {
  for (int q = 0; q < s; q++, in++, out++) {
    const point a = in[0], b = in[step];
    out[0] = sum(a, b);
    out[s] = turned(minus(a, b), w);
  }
}

BUTTERFLY(radix3) {
  const float sin1 = 0.866025404f;
  for (int q = 0; q < s; q++, in++, out++) {
    const point a = in[0], b = sum(in[step], in[2 * step]), c = scaled(minus(in[step], in[2 * step]), sin1);
    const point rest = minus(a, scaled(b, 0.5f));
    out[0] = sum(a, b);
    out[s] = turned(minus_i(rest, c), w);
    out[2 * s] = turned(plus_i(rest, c), w ? w + 2 : w);
  }
}

BUTTERFLY(radix4) {
  for (int q = 0; q < s; q++, in++, out++) {
    const point a = sum(in[0], in[2 * step]), b = minus(in[0], in[2 * step]);
    const point c = sum(in[step], in[3 * step]), d = minus(in[step], in[3 * step]);
    out[0] = sum(a, c);
    out[s] = turned(minus_i(b, d), w);
    out[2 * s] = turned(minus(a, c), w ? w + 2 : w);
    out[3 * s] = turned(plus_i(b, d), w ? w + 4 : w);
  }
}

BUTTERFLY(radix5) {
  const float cos1 = 0.309016994f, sin1 = 0.951056516f, cos2 = -0.809016994f, sin2 = 0.587785252f;
  for (int q = 0; q < s; q++, in++, out++) {
    const point a = in[0], b = sum(in[step], in[4 * step]), c = sum(in[2 * step], in[3 * step]);
    const point d = minus(in[step], in[4 * step]), e = minus(in[2 * step], in[3 * step]);
    const point even1 = sum(a, sum(scaled(b, cos1), scaled(c, cos2))), odd1 = sum(scaled(d, sin1), scaled(e, sin2));
    const point even2 = sum(a, sum(scaled(b, cos2), scaled(c, cos1))), odd2 = minus(scaled(d, sin2), scaled(e, sin1));
    out[0] = sum(a, sum(b, c));
    out[s] = turned(minus_i(even1, odd1), w);
    out[2 * s] = turned(minus_i(even2, odd2), w ? w + 2 : w);
    out[3 * s] = turned(plus_i(even2, odd2), w ? w + 4 : w);
    out[4 * s] = turned(plus_i(even1, odd1), w ? w + 6 : w);
  }
}

// All of a stage; the first butterfly turns nothing, and the last stage has no other.
#define STAGE(butterfly, r)                                                                             \
  static void butterfly##_stage(const point *x, point *y, int m, int s, const float *w) {               \
    butterfly(x, y, s * m, s, NULL);                                                                    \
    for (int p = 1; p < m; p++) butterfly(x + s * p, y + s * (r) * p, s * m, s, w + 2 * ((r) - 1) * p); \
  }
STAGE(radix2, 2)
STAGE(radix3, 3)
STAGE(radix4, 4)
STAGE(radix5, 5)

// |X|^2 of a real frame from the transform x of its even and odd samples as one complex signal.
static void take_apart(const vd_fft *fft, const point *x, float *power) {
  const int half = fft->half;
  for (int k = 0; k <= half / 2; k++) {
    const point a = x[k], b = x[k > 0 ? half - k : 0];
    const vec even_re = (a.re + b.re) * 0.5f, even_im = (a.im - b.im) * 0.5f;
    const point odd = turned((point){(a.im + b.im) * 0.5f, (b.re - a.re) * 0.5f}, fft->unpack + 2 * k);
    const vec high_re = even_re + odd.re, high_im = even_im + odd.im;
    const vec low_re = even_re - odd.re, low_im = even_im - odd.im;
    store(power + (size_t)k * LANES, high_re * high_re + high_im * high_im);
    store(power + (size_t)(half - k) * LANES, low_re * low_re + low_im * low_im);
  }
}

static void fast_power(const vd_fft *fft, float *frames, float *power, float *scratch) {
  point *x = (point *)frames, *y = (point *)scratch;  // neighbours [2i][LANES], [2i + 1][LANES] are a complex point
  const float *w = fft->twiddles;
  for (int stage = 0, n = fft->half, s = 1; stage < fft->stages; stage++) {
    const int radix = fft->radix[stage], m = n / radix;
    switch (radix) {
      case 2: radix2_stage(x, y, m, s, w); break;
      case 3: radix3_stage(x, y, m, s, w); break;
      case 4: radix4_stage(x, y, m, s, w); break;
      default: radix5_stage(x, y, m, s, w);
    }
    w += 2 * (radix - 1) * m;
    s *= radix, n = m;
    point *swap = x;
    x = y, y = swap;
  }
  take_apart(fft, x, power);
}

static void plain_power(const vd_fft *fft, const float *frames, float *power) {
  for (int k = 0; k <= fft->size / 2; k++) {
    vec re = 0, im = 0;
    for (int i = 0, turn = 0; i < fft->size; i++) {
      const vec x = load(frames + (size_t)i * LANES);
      re += x * fft->unpack[2 * turn];
      im += x * fft->unpack[2 * turn + 1];
      turn += k;
      if (turn >= fft->size) turn -= fft->size;
    }
    store(power + (size_t)k * LANES, re * re + im * im);
  }
}

static void fft_power(const vd_fft *fft, float *frames, float *power, float *scratch) {
  if (fft->half) fast_power(fft, frames, power, scratch);
  else plain_power(fft, frames, power);
}
