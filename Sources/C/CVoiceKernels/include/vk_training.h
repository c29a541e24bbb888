// What only training needs: gradients of convolution weights, batch norm over a batch, gradients of ReLU, the steps of
// Adam. One table an instruction set.
//
// A matrix is [rows][channels], dense unless it has a pitch. Sums are in double precision; they are added to.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vk_isa.h"

// Outputs of `outer_products` come in multiples of this.
#define VK_OUTPUT_STEP 16

// The numbers of a step of Adam.
typedef struct {
  // Weights of the averages and of what is new to them.
  float keep1, take1, keep2, take2;
  float rate, root, epsilon;
  // Weight decay: what is added to the gradient for each value, and what values are multiplied by.
  float decay, shrink;
} vk_adam_step;

typedef struct {
  // sums[c][o] += Σ_r x[r][c] · dy[r][o] for `columns` c and `outputs` o, a multiple of VK_OUTPUT_STEP: the gradient of
  // the weights that made dy from x. Rows of x may overlap (x_pitch < columns): the windows of a kernel.
  void (*_Nonnull outer_products)(
      ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t outputs, const float *_Nonnull x, ptrdiff_t x_pitch,
      const float *_Nonnull dy, ptrdiff_t dy_pitch, float *_Nonnull sums, ptrdiff_t sums_pitch);

  // sums[c] += Σ_r x, squares[c] += Σ_r x².
  void (*_Nonnull moments)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, double *_Nonnull sums, double *_Nonnull squares);
  // y = x · scale[c] + shift[c] in double precision, then ReLU if asked for.
  void (*_Nonnull norm)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, const double *_Nonnull scale,
      const double *_Nonnull shift, bool relu, float *_Nonnull y);
  // sums[c] += Σ_r g, products[c] += Σ_r g · x, where g is dy, or 0 where the ReLU of `norm` cut.
  void (*_Nonnull norm_moments)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, const float *_Nonnull dy,
      const double *_Nonnull scale, const double *_Nonnull shift, bool relu, double *_Nonnull sums,
      double *_Nonnull products);
  // dx = g · scale[c] + x · slope[c] + offset[c].
  void (*_Nonnull norm_gradient)(
      ptrdiff_t rows, ptrdiff_t channels, const float *_Nonnull x, const float *_Nonnull dy,
      const double *_Nonnull scale, const double *_Nonnull shift, bool relu, const double *_Nonnull slope,
      const double *_Nonnull offset, float *_Nonnull dx);

  // dx = dy where y > 0, else 0; dx may be dy.
  void (*_Nonnull relu_gradient)(
      ptrdiff_t count, const float *_Nonnull y, const float *_Nonnull dy, float *_Nonnull dx);

  // w *= shrink; g += decay · w; first = keep1 · first + take1 · g; second = keep2 · second + take2 · g²;
  // w −= rate · first / (√second / root + epsilon).
  void (*_Nonnull adam)(
      ptrdiff_t count, const vk_adam_step *_Nonnull step, const float *_Nonnull gradient, float *_Nonnull values,
      float *_Nonnull first, float *_Nonnull second);
} vk_training_kernels;

// Null when the instruction set was not compiled for this processor family.
const vk_training_kernels *_Nullable vk_training_kernels_for(vk_isa isa);
