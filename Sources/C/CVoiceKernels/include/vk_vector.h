// Everything of inference that is not a convolution: element-wise functions, per-channel affine maps, reductions over
// time and products with one vector. One table an instruction set.
//
// `x` and `y` may be the same memory where both have the same shape, and may not overlap otherwise. A matrix is
// [rows][channels] with `pitch` floats from row to row.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vk_isa.h"

typedef struct {
  // y = max(x, 0); a NaN stays.
  void (*_Nonnull relu)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  // y = eˣ, relative error 2e-7; overflows to infinity, underflows to 0.
  void (*_Nonnull exp)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  // y = 1 / (1 + e⁻ˣ).
  void (*_Nonnull sigmoid)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  // y = tanh x, relative error 3e-7.
  void (*_Nonnull tanh)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  // y = x / (1 + e⁻ˣ).
  void (*_Nonnull silu)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  // y = a + b.
  void (*_Nonnull add)(ptrdiff_t count, const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull y);
  // y[r][c] = a[r][c] + b[r][c].
  void (*_Nonnull add_rows)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull a, ptrdiff_t a_pitch, const float *_Nonnull b,
      ptrdiff_t b_pitch, float *_Nonnull y, ptrdiff_t y_pitch);
  // z[r][c] = x[r][c]·(1 + a[r][c]) + y[r][c]·(1 − a[r][c]).
  void (*_Nonnull fuse)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, ptrdiff_t x_pitch, const float *_Nonnull y,
      ptrdiff_t y_pitch, const float *_Nonnull a, ptrdiff_t a_pitch, float *_Nonnull z, ptrdiff_t z_pitch);

  // y[r][c] = x[r][c]·scale[c] + shift[c], then ReLU if asked for: a batch norm before its convolution.
  void (*_Nonnull scale_shift)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, ptrdiff_t x_pitch, const float *_Nonnull scale,
      const float *_Nonnull shift, bool relu, float *_Nonnull y, ptrdiff_t y_pitch);
  // mean[c] over the rows.
  void (*_Nonnull column_means)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, ptrdiff_t pitch, float *_Nonnull means);
  // mean[c] and the unbiased standard deviation √(Σ(x − mean)² / (rows − 1)), which is NaN for one row.
  void (*_Nonnull column_statistics)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, ptrdiff_t pitch, float *_Nonnull means,
      float *_Nonnull deviations);
  // means[s][c] = mean over segment s of `segment_rows` rows; the last segment may be shorter.
  void (*_Nonnull segment_means)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, ptrdiff_t pitch, ptrdiff_t segment_rows,
      float *_Nonnull means);

  // Σ a·b.
  float (*_Nonnull dot)(ptrdiff_t count, const float *_Nonnull a, const float *_Nonnull b);
  // y[r] = Σ_c matrix[r][c]·x[c] + bias[r]: a small linear layer, or the scores of one query against a gallery.
  void (*_Nonnull matrix_vector)(
      ptrdiff_t rows, ptrdiff_t columns, const float *_Nonnull matrix, ptrdiff_t pitch, const float *_Nonnull x,
      const float *_Nullable bias, float *_Nonnull y);
} vk_vector_kernels;

// Null when the instruction set was not compiled for this processor family.
const vk_vector_kernels *_Nullable vk_vector_kernels_for(vk_isa isa);
