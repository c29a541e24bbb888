// The loops around the tiles of a direct convolution: implicit GEMM.
//
// Pixel x of an output row reads input pixels stride·x + offset(tap): a row of the matrix product is a pixel, its pitch
// the stride, and a tap is an offset. So the matrix that im2col would build is only ever an address.
#include "store_tile.h"
#include "stream.h"

// Packed weights up to this size stay in the second-level cache while chunks of pixels pass; larger ones are streamed
// exactly once, with all pixels in the inner loop.
static const ptrdiff_t resident_weights = (1 << 20) / sizeof(float);
// Input floats of a chunk of pixels: it stays in the second-level cache while all panels pass.
static const ptrdiff_t chunk_floats = 450000 / sizeof(float);

typedef struct {
  const vk_tile_kernels *kernels;
  const vk_convolution_shape *shape;
  const float *packed;
  vk_map input;
  vk_output_map output;
  const vk_epilogue *epilogue;
  ptrdiff_t depth;  // steps of the hot loop
  ptrdiff_t segment_count;
  vk_segment segments[VK_MAX_TAPS];
  ptrdiff_t tiles_per_row;
} vk_direct;

// One segment a tap; taps that touch (undilated, no gap between pixels) become one.
static void find_segments(vk_direct *job) {
  const vk_convolution_shape *shape = job->shape;
  job->segment_count = 0;
  for (ptrdiff_t i = 0; i < shape->kernel_height; i++)
    for (ptrdiff_t j = 0; j < shape->kernel_width; j++) {
      ptrdiff_t offset = (i * shape->dilation_height - shape->padding_height) * job->input.row_pitch +
                         (j * shape->dilation_width - shape->padding_width) * job->input.pixel_pitch;
      vk_segment *last = job->segments + job->segment_count - 1;
      if (job->segment_count > 0 && last->offset + last->length == offset)
        last->length += shape->input_channels;
      else
        job->segments[job->segment_count++] = (vk_segment){offset, shape->input_channels};
    }
}

// Computes tile `index`, counted along the rows. Tiles of a row are equal to a pixel, so that none is a small rest.
static void run_tile(const vk_direct *job, const vk_panel *panel, vk_stream *upcoming, ptrdiff_t index) {
  const vk_tile_kernels *kernels = job->kernels;
  const ptrdiff_t y = index / job->tiles_per_row, part = index % job->tiles_per_row;
  const ptrdiff_t x = job->output.width * part / job->tiles_per_row;
  const ptrdiff_t rows = job->output.width * (part + 1) / job->tiles_per_row - x;
  const ptrdiff_t input_pitch = job->shape->stride_width * job->input.pixel_pitch;
  const float *input = job->input.base + y * job->shape->stride_height * job->input.row_pitch + x * input_pitch;

  _Alignas(64) float sums[TILE_MAX_ROWS * TILE_MAX_CHANNELS];
  kernels->accumulate[rows][panel->vectors](
      input, input_pitch, job->packed + panel->weights_offset, job->segments, job->segment_count, sums, upcoming->next,
      upcoming->step);
  vk_stream_advance(upcoming, job->depth);

  vk_store_tile(kernels, sums, *panel, &job->output, job->epilogue, y, x, rows);
}

// Tiles whose fresh input fits in the second-level cache.
static ptrdiff_t tiles_per_chunk(const vk_direct *job, ptrdiff_t tiles) {
  const vk_convolution_shape *shape = job->shape;
  ptrdiff_t weights = shape->kernel_height * shape->kernel_width * shape->input_channels * shape->output_channels;
  if (weights > resident_weights) return tiles;
  ptrdiff_t floats = job->kernels->max_rows * shape->stride_width * shape->stride_height * shape->input_channels;
  ptrdiff_t chunk = chunk_floats / floats;
  return chunk < 4 ? 4 : chunk;
}

void vk_convolution_run(
    vk_isa isa, const vk_convolution_shape *shape, const float *packed, vk_map input, vk_output_map output,
    const vk_epilogue *epilogue, vk_weights following) {
  vk_direct job = {
      .kernels = vk_tile_kernels_for(isa),
      .shape = shape,
      .packed = packed,
      .input = input,
      .output = output,
      .epilogue = epilogue,
      .depth = shape->kernel_height * shape->kernel_width * shape->input_channels,
  };
  job.tiles_per_row = (output.width + job.kernels->max_rows - 1) / job.kernels->max_rows;
  find_segments(&job);

  const ptrdiff_t tiles = output.height * job.tiles_per_row;
  const ptrdiff_t chunk = tiles_per_chunk(&job, tiles);
  const ptrdiff_t panels = vk_panel_count(job.kernels, shape);
  for (ptrdiff_t first = 0; first < tiles; first += chunk) {
    ptrdiff_t end = first + chunk < tiles ? first + chunk : tiles;
    for (ptrdiff_t p = 0; p < panels; p++) {
      vk_panel panel = vk_panel_at(job.kernels, shape, p);
      const vk_weights next = p + 1 < panels ? vk_panel_weights(job.kernels, shape, packed, p + 1) : following;
      vk_stream upcoming = vk_stream_over(next, (end - first) * job.depth, packed);
      for (ptrdiff_t tile = first; tile < end; tile++) run_tile(&job, &panel, &upcoming, tile);
    }
  }
}
