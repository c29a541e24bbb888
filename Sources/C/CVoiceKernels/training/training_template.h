// The table of training kernels, written once. The including file defines LANES, COLUMNS (columns of a register tile of
// outer products) and KERNELS (the table's name) and pushes the target.
#include "../vector_types.h"
#include "vk_training.h"

#include "adam.h"
#include "norms.h"
#include "outer_products.h"

static void relu_gradient(ptrdiff_t count, const float *y, const float *dy, float *dx) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t left = count - i;
    const vec d = load_some(dy + i, left);
    store_some(dx + i, load_some(y + i, left) > 0 ? d : 0, left);
  }
}

const vk_training_kernels KERNELS = {
    .outer_products = outer_products,
    .moments = moments,
    .norm = norm,
    .norm_moments = norm_moments,
    .norm_gradient = norm_gradient,
    .relu_gradient = relu_gradient,
    .adam = adam,
};
