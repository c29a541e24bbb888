// Power spectrum of 16 real frames at once.
//
// A real transform of N samples is a complex one of N/2 (even samples real, odd ones imaginary) and a pass that takes the
// two halves apart. The complex one is Stockham's: radix 4, one radix-2 stage where N/2 is no power of 4; it sorts itself,
// and its inner loop is over lanes. Sizes that are no power of two (n_fft 400) go through the plain sum: N^2/2 products a
// frame, which vectorise over lanes as well.
#include "CVoiceDSP.h"
#include "clones.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct vd_fft {
  int size;
  int half;         // complex points; 0 where the plain sum is used
  float *twiddles;  // by stage: w, w^2, w^3 (radix 4) or w (radix 2), each cos and sin
  float *unpack;    // cos and sin of -2 pi k / size, k = 0 ... half / 2; for the plain sum k = 0 ... size - 1
};

static int is_power_of_two(int n) { return n > 0 && (n & (n - 1)) == 0; }

static void set_turn(float *pair, double turn) {
  pair[0] = (float)cos(-2 * M_PI * turn);
  pair[1] = (float)sin(-2 * M_PI * turn);
}

static void fill_twiddles(float *w, int points) {
  for (int n = points; n > 1; n /= n >= 4 ? 4 : 2)
    for (int p = 0; p < (n >= 4 ? n / 4 : n / 2); p++)
      for (int k = 1; k <= (n >= 4 ? 3 : 1); k++, w += 2) set_turn(w, (double)p * k / n);
}

vd_fft *vd_fft_create(int size) {
  vd_fft *fft = calloc(1, sizeof *fft);
  if (!fft) return NULL;
  fft->size = size;
  fft->half = is_power_of_two(size) && size >= 8 ? size / 2 : 0;
  int turns = fft->half ? fft->half / 2 + 1 : size;
  fft->twiddles = malloc(sizeof(float) * 2 * (size_t)(fft->half ? 2 * fft->half : 1));
  fft->unpack = malloc(sizeof(float) * 2 * (size_t)turns);
  if (!fft->twiddles || !fft->unpack) {
    vd_fft_destroy(fft);
    return NULL;
  }
  if (fft->half) fill_twiddles(fft->twiddles, fft->half);
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

typedef struct {
  vd_vector re, im;
} point;

static inline __attribute__((always_inline)) point turned(point x, const float *w) {
  return (point){x.re * w[0] - x.im * w[1], x.re * w[1] + x.im * w[0]};
}

// n points of stride s become four interleaved transforms of n / 4.
static inline __attribute__((always_inline)) void radix4(int n, int s, const float *w, const point *x, point *y) {
  int m = n / 4;
  for (int p = 0; p < m; p++, w += 6)
    for (int q = 0; q < s; q++) {
      const point *in = x + q + s * p;
      point a = in[0], b = in[s * m], c = in[2 * s * m], d = in[3 * s * m];
      point sum = {a.re + c.re, a.im + c.im}, difference = {a.re - c.re, a.im - c.im};
      point cross = {b.re + d.re, b.im + d.im}, turn = {b.im - d.im, d.re - b.re};  // -i (b - d)
      point *out = y + q + s * 4 * p;
      out[0] = (point){sum.re + cross.re, sum.im + cross.im};
      out[s] = turned((point){difference.re + turn.re, difference.im + turn.im}, w);
      out[2 * s] = turned((point){sum.re - cross.re, sum.im - cross.im}, w + 2);
      out[3 * s] = turned((point){difference.re - turn.re, difference.im - turn.im}, w + 4);
    }
}

static inline __attribute__((always_inline)) void radix2(int s, const point *x, point *y) {
  for (int q = 0; q < s; q++) {
    point a = x[q], b = x[q + s];
    y[q] = (point){a.re + b.re, a.im + b.im};
    y[q + s] = (point){a.re - b.re, a.im - b.im};
  }
}

VD_CLONES static void fast_power(const vd_fft *fft, float *frames, float *power, float *scratch) {
  int half = fft->half, s = 1;
  point *x = (point *)frames, *y = (point *)scratch;  // neighbours [2i][16], [2i + 1][16] are a complex point already
  const float *w = fft->twiddles;
  for (int n = half; n > 1;) {
    if (n >= 4) {
      radix4(n, s, w, x, y);
      w += 6 * (n / 4);
      s *= 4, n /= 4;
    } else {
      radix2(s, x, y);
      s *= 2, n /= 2;
    }
    point *swap = x;
    x = y, y = swap;
  }
  vd_vector *out = (vd_vector *)power;
  for (int k = 0; k <= half / 2; k++) {
    point a = x[k], b = x[(half - k) & (half - 1)];
    vd_vector even_re = (a.re + b.re) * 0.5f, even_im = (a.im - b.im) * 0.5f;
    vd_vector odd_re = (a.im + b.im) * 0.5f, odd_im = (b.re - a.re) * 0.5f;
    const float *t = fft->unpack + 2 * k;
    vd_vector re = odd_re * t[0] - odd_im * t[1], im = odd_re * t[1] + odd_im * t[0];
    vd_vector high_re = even_re + re, high_im = even_im + im, low_re = even_re - re, low_im = even_im - im;
    out[k] = high_re * high_re + high_im * high_im;
    out[half - k] = low_re * low_re + low_im * low_im;
  }
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
