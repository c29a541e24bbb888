// The steps from samples to frames that are ready for their transform (Kaldi's order), 16 frames side by side.
#include "CVoiceDSP.h"
#include "clones.h"
#include <string.h>

// Place j of the two halves of an exchange over distance d: what stays and what comes from the partner (16 + j).
#define LOW(j, d) ((j) & (d) ? 16 + (j) - (d) : (j))
#define HIGH(j, d) ((j) & (d) ? 16 + (j) : (j) + (d))
#define PLACES(F, d)                                                                                              \
  F(0, d), F(1, d), F(2, d), F(3, d), F(4, d), F(5, d), F(6, d), F(7, d), F(8, d), F(9, d), F(10, d), F(11, d), \
      F(12, d), F(13, d), F(14, d), F(15, d)
#define EXCHANGE(d)                                                              \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) if (!(i & d)) { \
    vd_vector a = rows[i], b = rows[i + d];                                      \
    rows[i] = __builtin_shufflevector(a, b, PLACES(LOW, d));                     \
    rows[i + d] = __builtin_shufflevector(a, b, PLACES(HIGH, d));                \
  }

// A 16 x 16 block turned over its diagonal: halves, quarters, eighths and pairs change places.
static inline __attribute__((always_inline)) void transpose(vd_vector rows[16]) {
  EXCHANGE(8)
  EXCHANGE(4)
  EXCHANGE(2)
  EXCHANGE(1)
}

VD_CLONES void vd_cut(const float *samples, size_t length, size_t shift, int count, float *frames) {
  size_t i = 0;
  if (count == VD_LANES)
    for (; i + 16 <= length; i += 16) {
      vd_vector rows[16];
      _Pragma("clang loop unroll(full)") for (int lane = 0; lane < 16; lane++)
        rows[lane] = *(const vd_vector *)(samples + (size_t)lane * shift + i);
      transpose(rows);
      _Pragma("clang loop unroll(full)") for (int row = 0; row < 16; row++)
        ((vd_vector *)frames)[i + (size_t)row] = rows[row];
    }
  for (; i < length; i++)
    for (int lane = 0; lane < VD_LANES; lane++)
      frames[i * VD_LANES + (size_t)lane] = lane < count ? samples[(size_t)lane * shift + i] : 0;
}

VD_CLONES void vd_remove_mean(float *frames, size_t length) {
  vd_vector *x = (vd_vector *)frames, sum = {0};
  for (size_t i = 0; i < length; i++) sum += x[i];
  vd_vector mean = sum / (float)length;
  for (size_t i = 0; i < length; i++) x[i] -= mean;
}

VD_CLONES void vd_energy(const float *frames, size_t length, float *energy) {
  const vd_vector *x = (const vd_vector *)frames;
  vd_vector sum = {0};
  for (size_t i = 0; i < length; i++) sum += x[i] * x[i];
  *(vd_vector *)energy = sum;
}

VD_CLONES void vd_preemphasise(float *frames, size_t length, float coefficient) {
  vd_vector *x = (vd_vector *)frames;
  // From the end, so that the sample before is still what it was.
  for (size_t i = length; i-- > 1;) x[i] -= coefficient * x[i - 1];
  if (length > 0) x[0] -= coefficient * x[0];
}

VD_CLONES void vd_weight(float *frames, size_t length, size_t padded, const float *window) {
  vd_vector *x = (vd_vector *)frames;
  for (size_t i = 0; i < length; i++) x[i] *= window[i];
  memset(x + length, 0, sizeof(vd_vector) * (padded - length));
}

void vd_unlane(const float *lanes, size_t rows, int count, float *out, size_t stride) {
  for (size_t frame = 0; frame < (size_t)count; frame++)
    for (size_t row = 0; row < rows; row++) out[frame * stride + row] = lanes[row * VD_LANES + frame];
}
