// The table of vector kernels, written once. The including file defines LANES and KERNELS (the table's name) and pushes
// the target. One family a header: formulas of a vector, element-wise loops, reductions over rows, products.
#include "../vector_types.h"
#include "vk_vector.h"

#include "functions.h"

#include "elementwise.h"
#include "products.h"
#include "rows.h"

const vk_vector_kernels KERNELS = {
    .relu = relu,
    .exp = exponential,
    .sigmoid = logistic,
    .tanh = hyperbolic_tangent,
    .silu = silu,
    .add = add,
    .add_rows = add_rows_of,
    .fuse = fuse,
    .scale_shift = scale_shift,
    .column_means = column_means,
    .column_statistics = column_statistics,
    .segment_means = segment_means,
    .dot = dot,
    .matrix_vector = matrix_vector,
};
