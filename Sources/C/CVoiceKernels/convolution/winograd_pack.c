// The weights' side of Winograd's F(4,3): transformed in double precision and packed once, when a network is loaded.
#include "winograd.h"

// G for the points 0, ±1, ±2, ∞ (Lavin & Gray 2016).
static const double weight_transform[PLANES][3] = {
    {1.0 / 4, 0, 0},
    {-1.0 / 6, -1.0 / 6, -1.0 / 6},
    {-1.0 / 6, 1.0 / 6, -1.0 / 6},
    {1.0 / 24, 1.0 / 12, 1.0 / 6},
    {1.0 / 24, -1.0 / 12, 1.0 / 6},
    {0, 0, 1},
};

// The same of F(2,3) for the points 0, ±1, ∞.
static const double row_weight_transform[ROW_PLANES][3] = {
    {1, 0, 0},
    {1.0 / 2, 1.0 / 2, 1.0 / 2},
    {1.0 / 2, -1.0 / 2, 1.0 / 2},
    {0, 0, 1},
};

bool vk_winograd_is_suitable(const vk_convolution_shape *shape) {
  return shape->kernel_width == 3 && shape->stride_width == 1 && shape->input_channels >= 16 &&
         shape->output_channels >= 16;
}

size_t vk_winograd_packed_count(vk_isa isa, const vk_convolution_shape *shape) {
  const vk_tile_kernels *kernels = vk_tile_kernels_for(isa);
  const vk_convolution_shape plane = vk_plane_shape(kernels, shape);
  return (size_t)vk_plane_count(kernels, shape) * vk_convolution_packed_count(isa, &plane);
}

// One plane of G w: [output][input][kernel height], or [output][input] with a row of the other transform too.
static void transform(
    const vk_convolution_shape *plane, const double g[3], const double *row, const float *weights, float *transformed) {
  const ptrdiff_t count = plane->output_channels * plane->input_channels * plane->kernel_height;
  const ptrdiff_t rows = row ? 3 : 1;
  for (ptrdiff_t i = 0; i < count; i++) {
    double sum = 0;
    for (ptrdiff_t j = 0; j < rows; j++, weights += 3)
      sum += (row ? row[j] : 1) * (g[0] * weights[0] + g[1] * weights[1] + g[2] * weights[2]);
    transformed[i] = (float)sum;
  }
}

void vk_winograd_pack(
    vk_isa isa, const vk_convolution_shape *shape, const float *weights, float *transformed, float *packed) {
  const vk_tile_kernels *kernels = vk_tile_kernels_for(isa);
  const vk_convolution_shape plane = vk_plane_shape(kernels, shape);
  const bool is_nested = vk_winograd_is_nested(kernels, shape);
  const ptrdiff_t planes = vk_plane_count(kernels, shape);
  for (ptrdiff_t p = 0; p < planes; p++) {
    const double *row = is_nested ? row_weight_transform[p / PLANES] : NULL;
    transform(&plane, weight_transform[p % PLANES], row, weights, transformed);
    for (ptrdiff_t i = 0; i < vk_panel_count(kernels, &plane); i++) {
      const vk_panel panel = vk_panel_at(kernels, &plane, i);
      vk_pack_panel(kernels, &plane, panel, transformed, packed + vk_plane_offset(panel, planes, p));
    }
  }
}
