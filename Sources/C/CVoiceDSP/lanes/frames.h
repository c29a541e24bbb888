// The steps from samples to frames that are ready for their transform (Kaldi's order), and back from lanes to rows.

static void cut(const float *samples, size_t length, size_t shift, int count, float *frames) {
  size_t i = 0;
  if (count == LANES)
    for (; i + LANES <= length; i += LANES) {
      vec rows[LANES];
      UNROLL for (int lane = 0; lane < LANES; lane++) rows[lane] = load(samples + (size_t)lane * shift + i);
      transpose(rows);
      UNROLL for (int row = 0; row < LANES; row++) store(frames + (i + (size_t)row) * LANES, rows[row]);
    }
  for (; i < length; i++)
    for (int lane = 0; lane < LANES; lane++)
      frames[i * LANES + (size_t)lane] = lane < count ? samples[(size_t)lane * shift + i] : 0;
}

static void remove_mean(float *frames, size_t length) {
  // Four sums, so that an addition does not wait for the one before.
  vec sums[4] = {0};
  size_t i = 0;
  for (; i + 4 <= length; i += 4)
    UNROLL for (size_t j = 0; j < 4; j++) sums[j] += load(frames + (i + j) * LANES);
  for (; i < length; i++) sums[0] += load(frames + i * LANES);
  const vec mean = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (float)length;
  for (i = 0; i < length; i++) store(frames + i * LANES, load(frames + i * LANES) - mean);
}

static void energy(const float *frames, size_t length, float *energy) {
  vec sums[4] = {0};
  size_t i = 0;
  for (; i + 4 <= length; i += 4)
    UNROLL for (size_t j = 0; j < 4; j++) {
      const vec x = load(frames + (i + j) * LANES);
      sums[j] += x * x;
    }
  for (; i < length; i++) sums[0] += load(frames + i * LANES) * load(frames + i * LANES);
  store(energy, (sums[0] + sums[1]) + (sums[2] + sums[3]));
}

static void preemphasise(float *frames, size_t length, float coefficient) {
  if (length == 0) return;
  vec before = load(frames);
  for (size_t i = 0; i < length; i++) {
    const vec x = load(frames + i * LANES);
    store(frames + i * LANES, x - coefficient * before);
    before = x;
  }
}

static void weight(float *frames, size_t length, size_t padded, const float *window) {
  for (size_t i = 0; i < length; i++) store(frames + i * LANES, load(frames + i * LANES) * window[i]);
  memset(frames + length * LANES, 0, sizeof(float) * LANES * (padded - length));
}

static void unlane(const float *lanes, size_t rows, int count, float *out, size_t stride) {
  size_t row = 0;
  for (; row + LANES <= rows; row += LANES) {
    vec block[LANES];
    UNROLL for (size_t i = 0; i < LANES; i++) block[i] = load(lanes + (row + i) * LANES);
    transpose(block);
    for (size_t frame = 0; frame < (size_t)count; frame++) store(out + frame * stride + row, block[frame]);
  }
  for (; row < rows; row++)
    for (size_t frame = 0; frame < (size_t)count; frame++) out[frame * stride + row] = lanes[row * LANES + frame];
}

// Triangular filters over lanes.
static void filter(const vd_filterbank *bank, const float *spectrum, float *mel) {
  const float *weights = bank->weights;
  for (int m = 0; m < bank->filters; m++) {
    // Two sums, so that an addition does not wait for the one before.
    vec even = 0, odd = 0;
    const float *power = spectrum + (size_t)bank->first[m] * LANES;
    int left = bank->length[m];
    for (; left >= 2; left -= 2, power += 2 * LANES, weights += 2) {
      even += load(power) * weights[0];
      odd += load(power + LANES) * weights[1];
    }
    if (left > 0) even += load(power) * *weights++;
    store(mel + (size_t)m * LANES, even + odd);
  }
}
