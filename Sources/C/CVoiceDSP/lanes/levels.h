// What is measured of a whole clip, and sums over frames. Sums are in double precision.

typedef double wide __attribute__((ext_vector_type(LANES)));

INLINE double squares(const float *x, size_t count) {
  wide sum = 0;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const wide v = __builtin_convertvector(load(x + i), wide);
    sum += v * v;
  }
  double result = 0;
  UNROLL for (int lane = 0; lane < LANES; lane++) result += sum[lane];
  for (; i < count; i++) result += (double)x[i] * (double)x[i];
  return result;
}

INLINE void widen(vd_extremes *extremes, float x, float full_scale) {
  extremes->lowest = x < extremes->lowest ? x : extremes->lowest;
  extremes->highest = x > extremes->highest ? x : extremes->highest;
  extremes->clipped += fabsf(x) >= full_scale;
  extremes->is_number &= x == x;
}

// Lowest, highest, clipped samples and NaN of one hop.
INLINE void extremes_of(const float *x, size_t count, float full_scale, vd_extremes *extremes) {
  size_t i = 0;
  if (count >= LANES) {
    vec lowest = load(x), highest = lowest;
    ivec clipped = 0, numbers = -1;
    for (; i + LANES <= count; i += LANES) {
      const vec v = load(x + i);
      lowest = v < lowest ? v : lowest;
      highest = v > highest ? v : highest;
      // A comparison that holds is -1.
      clipped -= __builtin_elementwise_abs(v) >= full_scale;
      numbers &= v == v;
    }
    UNROLL for (int lane = 0; lane < LANES; lane++) {
      extremes->lowest = lowest[lane] < extremes->lowest ? lowest[lane] : extremes->lowest;
      extremes->highest = highest[lane] > extremes->highest ? highest[lane] : extremes->highest;
      extremes->clipped += (size_t)clipped[lane];
      extremes->is_number &= numbers[lane] != 0;
    }
  }
  for (; i < count; i++) widen(extremes, x[i], full_scale);
}

static void levels(
    const float *samples, size_t count, size_t hop, float full_scale, double *energies, vd_extremes *extremes) {
  *extremes = (vd_extremes){.lowest = INFINITY, .highest = -INFINITY, .clipped = 0, .is_number = true};
  for (size_t begin = 0; begin < count; begin += hop) {
    const size_t length = count - begin < hop ? count - begin : hop;
    *energies++ = squares(samples + begin, length);
    extremes_of(samples + begin, length, full_scale, extremes);
  }
}

static void remove_column_means(float *rows, size_t count, size_t columns) {
  size_t c = 0;
  for (; c + LANES <= columns; c += LANES) {
    wide sum = 0;
    for (size_t row = 0; row < count; row++) sum += __builtin_convertvector(load(rows + row * columns + c), wide);
    const vec mean = __builtin_convertvector(sum / (double)count, vec);
    for (size_t row = 0; row < count; row++) store(rows + row * columns + c, load(rows + row * columns + c) - mean);
  }
  for (; c < columns; c++) {
    double sum = 0;
    for (size_t row = 0; row < count; row++) sum += rows[row * columns + c];
    const float mean = (float)(sum / (double)count);
    for (size_t row = 0; row < count; row++) rows[row * columns + c] -= mean;
  }
}
