// Functions of every value by itself.
#include "CVoiceDSP.h"
#include "clones.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

// ln x = e ln 2 + ln m with m in [sqrt 1/2, sqrt 2): the polynomial of degree 9 in m - 1 is right to 1e-7. Inputs are
// normal and positive, which the floor sees to.
static inline __attribute__((always_inline)) float natural_log(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  int32_t exponent = (int32_t)(bits - 0x3f3504f3u) >> 23;
  bits -= (uint32_t)exponent << 23;
  float m, e = (float)exponent;
  memcpy(&m, &bits, 4);
  m -= 1;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  float square = m * m;
  float y = m * square * p + e * -2.12194440e-4f - 0.5f * square;
  return m + y + e * 0.693359375f;
}

VD_CLONES void vd_log(float *values, size_t count, float floor, float scale) {
  for (size_t i = 0; i < count; i++) values[i] = scale * natural_log(values[i] > floor ? values[i] : floor);
}

VD_CLONES static void square_roots(float *values, size_t count, float scale) {
  for (size_t i = 0; i < count; i++) values[i] = scale * sqrtf(values[i]);
}

void vd_power(float *values, size_t count, float exponent, float scale) {
  if (exponent == 0.5f) {
    square_roots(values, count, scale);
    return;
  }
  for (size_t i = 0; i < count; i++) values[i] = scale * (exponent == 1 ? values[i] : powf(values[i], exponent));
}
