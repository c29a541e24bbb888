// Power spectrum of 16 real frames at once.
//
// A real transform of N samples is a complex one of N/2 (even samples real, odd ones imaginary) and a pass that takes
// the two halves apart. The complex one is Stockham's, which sorts itself: a stage a factor of N/2 (4, 2, 3, 5), its
// inner loop over lanes. Other sizes go through the plain sum: N^2/2 products a frame, which vectorise as well.
#include "CVoiceDSP.h"
#include "clones.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STAGES 31  // an int has no more factors

struct vd_fft {
  int size;
  int half;               // complex points; 0 where the plain sum is used
  int stages;
  int radix[MAX_STAGES];  // factor of each stage
  float *twiddles;        // by stage, for each p: w^p ... w^((r - 1) p), each cos and sin
  float *unpack;          // cos and sin of -2 pi k / size, k = 0 ... half / 2; for the plain sum k = 0 ... size - 1
};

static void set_turn(float *pair, double turn) {
  pair[0] = (float)cos(-2 * M_PI * turn);
  pair[1] = (float)sin(-2 * M_PI * turn);
}

// Finds the stages of a transform; whether there are any.
static int factorise(vd_fft *fft, int points) {
  static const int radices[] = {4, 2, 3, 5};
  for (int r = 0; r < 4; r++)
    for (; points % radices[r] == 0; points /= radices[r]) fft->radix[fft->stages++] = radices[r];
  return points == 1;
}

static void fill_twiddles(const vd_fft *fft) {
  float *w = fft->twiddles;
  for (int stage = 0, n = fft->half; stage < fft->stages; n /= fft->radix[stage++])
    for (int p = 0; p < n / fft->radix[stage]; p++)
      for (int k = 1; k < fft->radix[stage]; k++, w += 2) set_turn(w, (double)p * k / n);
}

vd_fft *vd_fft_create(int size) {
  vd_fft *fft = calloc(1, sizeof *fft);
  if (!fft) return NULL;
  fft->size = size;
  fft->half = size % 2 == 0 && factorise(fft, size / 2) ? size / 2 : 0;
  int turns = fft->half ? fft->half / 2 + 1 : size;
  // A stage of n points and radix r has n - n/r twiddles: fewer than `half` in all.
  fft->twiddles = malloc(sizeof(float) * 2 * (size_t)(fft->half + 1));
  fft->unpack = malloc(sizeof(float) * 2 * (size_t)turns);
  if (!fft->twiddles || !fft->unpack) {
    vd_fft_destroy(fft);
    return NULL;
  }
  if (fft->half) fill_twiddles(fft);
  for (int k = 0; k < turns; k++) set_turn(fft->unpack + 2 * k, (double)k / size);
  return fft;
}

void vd_fft_destroy(vd_fft *fft) {
  if (!fft) return;
  free(fft->twiddles);
  free(fft->unpack);
  free(fft);
}

size_t vd_fft_scratch_floats(const vd_fft *fft) { return (size_t)fft->size * VD_LANES; }

#define INLINE static inline __attribute__((always_inline))

typedef struct {
  vd_vector re, im;
} point;

INLINE point sum(point a, point b) { return (point){a.re + b.re, a.im + b.im}; }
INLINE point minus(point a, point b) { return (point){a.re - b.re, a.im - b.im}; }
// a - i b and a + i b.
INLINE point minus_i(point a, point b) { return (point){a.re + b.im, a.im - b.re}; }
INLINE point plus_i(point a, point b) { return (point){a.re - b.im, a.im + b.re}; }
INLINE point scaled(point a, float c) { return (point){a.re * c, a.im * c}; }
// x times the complex number (w[0], w[1]).
INLINE point turned(point x, const float *w) {
  return (point){x.re * w[0] - x.im * w[1], x.re * w[1] + x.im * w[0]};
}

// A stage: n points of stride s become r interleaved transforms of m = n / r.
// y[q + s (r p + j)] = w^(p j) * sum over k of x[q + s (p + k m)] * exp(-2 pi i j k / r)
INLINE void radix2(int m, int s, const float *w, const point *x, point *y) {
  for (int p = 0; p < m; p++, w += 2)
    for (int q = 0; q < s; q++) {
      point a = x[q + s * p], b = x[q + s * (p + m)], *out = y + q + s * 2 * p;
      out[0] = sum(a, b);
      out[s] = turned(minus(a, b), w);
    }
}

INLINE void radix3(int m, int s, const float *w, const point *x, point *y) {
  const float sin1 = 0.866025404f;
  for (int p = 0; p < m; p++, w += 4)
    for (int q = 0; q < s; q++) {
      const point *in = x + q + s * p;
      point a = in[0], b = sum(in[s * m], in[2 * s * m]), c = scaled(minus(in[s * m], in[2 * s * m]), sin1);
      point rest = minus(a, scaled(b, 0.5f)), *out = y + q + s * 3 * p;
      out[0] = sum(a, b);
      out[s] = turned(minus_i(rest, c), w);
      out[2 * s] = turned(plus_i(rest, c), w + 2);
    }
}

INLINE void radix4(int m, int s, const float *w, const point *x, point *y) {
  for (int p = 0; p < m; p++, w += 6)
    for (int q = 0; q < s; q++) {
      const point *in = x + q + s * p;
      point a = sum(in[0], in[2 * s * m]), b = minus(in[0], in[2 * s * m]);
      point c = sum(in[s * m], in[3 * s * m]), d = minus(in[s * m], in[3 * s * m]), *out = y + q + s * 4 * p;
      out[0] = sum(a, c);
      out[s] = turned(minus_i(b, d), w);
      out[2 * s] = turned(minus(a, c), w + 2);
      out[3 * s] = turned(plus_i(b, d), w + 4);
    }
}

INLINE void radix5(int m, int s, const float *w, const point *x, point *y) {
  const float cos1 = 0.309016994f, sin1 = 0.951056516f, cos2 = -0.809016994f, sin2 = 0.587785252f;
  for (int p = 0; p < m; p++, w += 8)
    for (int q = 0; q < s; q++) {
      const point *in = x + q + s * p;
      point a = in[0], b = sum(in[s * m], in[4 * s * m]), c = sum(in[2 * s * m], in[3 * s * m]);
      point d = minus(in[s * m], in[4 * s * m]), e = minus(in[2 * s * m], in[3 * s * m]);
      point even1 = sum(a, sum(scaled(b, cos1), scaled(c, cos2))), odd1 = sum(scaled(d, sin1), scaled(e, sin2));
      point even2 = sum(a, sum(scaled(b, cos2), scaled(c, cos1))), odd2 = minus(scaled(d, sin2), scaled(e, sin1));
      point *out = y + q + s * 5 * p;
      out[0] = sum(a, sum(b, c));
      out[s] = turned(minus_i(even1, odd1), w);
      out[2 * s] = turned(minus_i(even2, odd2), w + 2);
      out[3 * s] = turned(plus_i(even2, odd2), w + 4);
      out[4 * s] = turned(plus_i(even1, odd1), w + 6);
    }
}

// |X|^2 of a real frame from the transform x of its even and odd samples as one complex signal.
INLINE void take_apart(const vd_fft *fft, const point *x, vd_vector *power) {
  int half = fft->half;
  for (int k = 0; k <= half / 2; k++) {
    point a = x[k], b = x[k > 0 ? half - k : 0];
    vd_vector even_re = (a.re + b.re) * 0.5f, even_im = (a.im - b.im) * 0.5f;
    point odd = turned((point){(a.im + b.im) * 0.5f, (b.re - a.re) * 0.5f}, fft->unpack + 2 * k);
    vd_vector high_re = even_re + odd.re, high_im = even_im + odd.im;
    vd_vector low_re = even_re - odd.re, low_im = even_im - odd.im;
    power[k] = high_re * high_re + high_im * high_im;
    power[half - k] = low_re * low_re + low_im * low_im;
  }
}

VD_CLONES static void fast_power(const vd_fft *fft, float *frames, float *power, float *scratch) {
  point *x = (point *)frames, *y = (point *)scratch;  // neighbours [2i][16], [2i + 1][16] are a complex point already
  const float *w = fft->twiddles;
  for (int stage = 0, n = fft->half, s = 1; stage < fft->stages; stage++) {
    int radix = fft->radix[stage], m = n / radix;
    switch (radix) {
      case 2: radix2(m, s, w, x, y); break;
      case 3: radix3(m, s, w, x, y); break;
      case 4: radix4(m, s, w, x, y); break;
      default: radix5(m, s, w, x, y);
    }
    w += 2 * (radix - 1) * m;
    s *= radix, n = m;
    point *swap = x;
    x = y, y = swap;
  }
  take_apart(fft, x, (vd_vector *)power);
}

VD_CLONES static void plain_power(const vd_fft *fft, const float *frames, float *power) {
  const vd_vector *x = (const vd_vector *)frames;
  for (int k = 0; k <= fft->size / 2; k++) {
    vd_vector re = {0}, im = {0};
    for (int i = 0, turn = 0; i < fft->size; i++) {
      re += x[i] * fft->unpack[2 * turn];
      im += x[i] * fft->unpack[2 * turn + 1];
      turn += k;
      if (turn >= fft->size) turn -= fft->size;
    }
    ((vd_vector *)power)[k] = re * re + im * im;
  }
}

void vd_fft_power(const vd_fft *fft, float *frames, float *power, float *scratch) {
  if (fft->half) fast_power(fft, frames, power, scratch);
  else plain_power(fft, frames, power);
}
