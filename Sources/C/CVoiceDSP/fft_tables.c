#include "fft_tables.h"

#include <math.h>
#include <stdlib.h>

#include "CVoiceDSP.h"

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
