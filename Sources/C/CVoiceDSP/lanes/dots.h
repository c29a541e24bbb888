// Dot products of weights with many places of an input: the resampler's sums, convolution, a small matrix.

typedef float quad __attribute__((ext_vector_type(4)));
typedef float unaligned_quad __attribute__((ext_vector_type(4), aligned(4), may_alias));

// The sum over lanes, as four parts of it.
INLINE quad quarter(vec v) {
#if LANES == 16
  const __typeof__(v.lo) eight = v.lo + v.hi;
  return eight.lo + eight.hi;
#elif LANES == 8
  return v.lo + v.hi;
#else
  return v;
#endif
}

INLINE float total(vec v) {
  const quad four = quarter(v);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE float rest(const float *a, const float *b, size_t from, size_t to) {
  float sum = 0;
  for (size_t t = from; t < to; t++) sum += a[t] * b[t];
  return sum;
}

static void dots(
    const float *weights, size_t taps, const float *input, size_t input_step, float *output, size_t output_step,
    size_t count) {
  const size_t whole = taps - taps % LANES;
  size_t i = 0;
  // Four places at once: each weight is loaded once for them, and their sums do not wait for each other.
  for (; i + 4 <= count; i += 4, input += 4 * input_step, output += 4 * output_step) {
    vec sums[4] = {0};
    for (size_t t = 0; t < whole; t += LANES) {
      const vec w = load(weights + t);
      UNROLL for (size_t j = 0; j < 4; j++) sums[j] += w * load(input + j * input_step + t);
    }
    UNROLL for (size_t j = 0; j < 4; j++)
      output[j * output_step] = total(sums[j]) + rest(weights, input + j * input_step, whole, taps);
  }
  for (; i < count; i++, input += input_step, output += output_step) {
    vec sum = 0;
    for (size_t t = 0; t < whole; t += LANES) sum += load(weights + t) * load(input + t);
    *output = total(sum) + rest(weights, input, whole, taps);
  }
}

// Four runs of weights at `places` places: 4 * places sums in registers, which take 4 + places loads a step.
INLINE void tile(
    const int places, const float *weights, size_t taps, const float *input, size_t input_step, float *output,
    size_t output_step) {
  vec sums[4][4];
  UNROLL for (int w = 0; w < 4; w++) UNROLL for (int i = 0; i < places; i++) sums[w][i] = 0;
  for (size_t t = 0; t < taps; t += LANES) {
    vec x[4];
    UNROLL for (int i = 0; i < places; i++) x[i] = load(input + (size_t)i * input_step + t);
    UNROLL for (int w = 0; w < 4; w++) {
      const vec weight = load(weights + (size_t)w * taps + t);
      UNROLL for (int i = 0; i < places; i++) sums[w][i] += weight * x[i];
    }
  }
  UNROLL for (int i = 0; i < places; i++) {
    const quad a = quarter(sums[0][i]), b = quarter(sums[1][i]), c = quarter(sums[2][i]), d = quarter(sums[3][i]);
    const quad ab = __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
    const quad cd = __builtin_shufflevector(c, d, 0, 2, 4, 6) + __builtin_shufflevector(c, d, 1, 3, 5, 7);
    const quad all = __builtin_shufflevector(ab, cd, 0, 2, 4, 6) + __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
    *(unaligned_quad *)(output + (size_t)i * output_step) = all;
  }
}

static void dots_of_four(
    const float *weights, size_t taps, const float *input, size_t input_step, float *output, size_t output_step,
    size_t count) {
  size_t i = 0;
  for (; i + 3 <= count; i += 3, input += 3 * input_step, output += 3 * output_step)
    tile(3, weights, taps, input, input_step, output, output_step);
  for (; i < count; i++, input += input_step, output += output_step)
    tile(1, weights, taps, input, input_step, output, output_step);
}
