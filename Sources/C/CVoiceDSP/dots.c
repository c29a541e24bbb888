// Dot products of one run of weights with many places of an input: the resampler's sums, convolution, a small matrix.
#include "CVoiceDSP.h"
#include "clones.h"

#define INLINE static inline __attribute__((always_inline))

// The vector that begins at a float, and the sum over lanes; vectors themselves are no arguments, as the ABI would then
// differ between instruction sets.
#define AT(x) (*(const vd_vector *)(x))

#define FOLD(x, d)                                                                                                \
  ((x) + __builtin_shufflevector(                                                                                \
             x, x, 0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d, 4 ^ d, 5 ^ d, 6 ^ d, 7 ^ d, 8 ^ d, 9 ^ d, 10 ^ d, 11 ^ d, 12 ^ d, \
             13 ^ d, 14 ^ d, 15 ^ d))

INLINE float total(const vd_vector *x) {
  vd_vector sum = FOLD(*x, 8);
  sum = FOLD(sum, 4);
  sum = FOLD(sum, 2);
  sum = FOLD(sum, 1);
  return sum[0];
}

INLINE float rest(const float *a, const float *b, size_t from, size_t to) {
  float sum = 0;
  for (size_t t = from; t < to; t++) sum += a[t] * b[t];
  return sum;
}

VD_CLONES void vd_dots(
    const float *weights, size_t taps, const float *input, size_t input_step, float *output, size_t output_step,
    size_t count) {
  size_t whole = taps - taps % VD_LANES, i = 0;
  // Four places at once: each weight is loaded once for them, and their sums do not wait for each other.
  for (; i + 4 <= count; i += 4, input += 4 * input_step, output += 4 * output_step) {
    const float *a = input, *b = a + input_step, *c = b + input_step, *d = c + input_step;
    vd_vector sum_a = {0}, sum_b = {0}, sum_c = {0}, sum_d = {0};
    for (size_t t = 0; t < whole; t += VD_LANES) {
      vd_vector w = AT(weights + t);
      sum_a += w * AT(a + t);
      sum_b += w * AT(b + t);
      sum_c += w * AT(c + t);
      sum_d += w * AT(d + t);
    }
    output[0] = total(&sum_a) + rest(weights, a, whole, taps);
    output[output_step] = total(&sum_b) + rest(weights, b, whole, taps);
    output[2 * output_step] = total(&sum_c) + rest(weights, c, whole, taps);
    output[3 * output_step] = total(&sum_d) + rest(weights, d, whole, taps);
  }
  for (; i < count; i++, input += input_step, output += output_step) {
    vd_vector sum = {0};
    for (size_t t = 0; t < whole; t += VD_LANES) sum += AT(weights + t) * AT(input + t);
    *output = total(&sum) + rest(weights, input, whole, taps);
  }
}
