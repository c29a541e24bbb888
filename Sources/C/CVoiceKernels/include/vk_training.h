// What only training needs: gradients of convolution weights, batch norm over a batch, gradients of ReLU. One table an
// instruction set.
//
// A matrix is [rows][channels], dense unless it has a pitch. Sums are in double precision; they are added to.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vk_isa.h"

// Outputs of `outer_products` come in multiples of this.
#define VK_OUTPUT_STEP 16

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
} vk_training_kernels;

// Null when the instruction set was not compiled for this processor family.
const vk_training_kernels *_Nullable vk_training_kernels_for(vk_isa isa);
