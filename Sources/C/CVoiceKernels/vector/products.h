// Products with one vector. Four rows share each load of it, and two sums a row hide the latency of the multiply-add.

INLINE float sum_of(vec v) {
#if LANES == 16
  const __typeof__(v.lo) eight = v.lo + v.hi;
  const __typeof__(eight.lo) four = eight.lo + eight.hi;
#elif LANES == 8
  const __typeof__(v.lo) four = v.lo + v.hi;
#else
  const vec four = v;
#endif
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// y[r] = Σ_c matrix[r][c]·x[c] for `rows` rows, known when compiled.
INLINE void multiply_rows(
    const int rows, ptrdiff_t columns, const float *matrix, ptrdiff_t pitch, const float *x, float *y) {
  vec even[4], odd[4];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) even[r] = odd[r] = 0;

  ptrdiff_t c = 0;
  for (; c + 2 * LANES <= columns; c += 2 * LANES) {
    const vec x0 = load(x + c), x1 = load(x + c + LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      even[r] += load(matrix + r * pitch + c) * x0;
      odd[r] += load(matrix + r * pitch + c + LANES) * x1;
    }
  }
  for (; c < columns; c += LANES) {
    const vec x0 = load_some(x + c, columns - c);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) even[r] += load_some(matrix + r * pitch + c, columns - c) * x0;
  }

#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) y[r] = sum_of(even[r] + odd[r]);
}

static float dot(ptrdiff_t count, const float *a, const float *b) {
  float result;
  multiply_rows(1, count, a, 0, b, &result);
  return result;
}

static void matrix_vector(
    ptrdiff_t rows, ptrdiff_t columns, const float *matrix, ptrdiff_t pitch, const float *x, const float *bias,
    float *y) {
  ptrdiff_t row = 0;
  for (; row + 4 <= rows; row += 4) multiply_rows(4, columns, matrix + row * pitch, pitch, x, y + row);
  for (; row < rows; row++) multiply_rows(1, columns, matrix + row * pitch, pitch, x, y + row);
  if (bias) add(rows, y, bias, y);
}
