// The loops around the tiles of a direct convolution: implicit GEMM.
//
// Pixel x of an output row reads input pixels stride·x + offset(tap): a row of the matrix product is a pixel, its pitch
// the stride, and a tap is an offset. So the matrix that im2col would build is only ever an address.
#include "stream.h"
#include "tile_place.h"

// Packed weights up to this size stay in the second-level cache while chunks of pixels pass; larger ones are streamed
// exactly once, with all pixels in the inner loop.
static const ptrdiff_t resident_weights = (1 << 20) / sizeof(float);
// Input words of a chunk of pixels: it stays in the second-level cache while all panels pass.
static const ptrdiff_t chunk_words = 450000 / sizeof(float);

// Part of the output: whole rows, or some tiles of one row.
typedef struct {
  ptrdiff_t first_row, rows;
  ptrdiff_t first_tile, tiles;  // of each row
} vk_chunk;

typedef struct {
  const vk_tile_kernels *kernels;
  const vk_convolution_shape *shape;
  const float *packed;
  vk_map input;
  vk_output_map output;
  const vk_epilogue *epilogue;
  ptrdiff_t depth;  // steps of the hot loop
  ptrdiff_t tiles_per_row;
} vk_direct;

// Where a chunk's words lie: pixel x of output row y reads words from origin + y·row_pitch + x·pixel_pitch on.
typedef struct {
  const float *origin;
  ptrdiff_t row_pitch, pixel_pitch;
  ptrdiff_t segment_count;
  vk_segment segments[VK_MAX_TAPS];
} vk_source;

// First output pixel of a tile. Tiles of a row are equal to a pixel, so that none is a small rest.
static ptrdiff_t tile_start(const vk_direct *job, ptrdiff_t tile) {
  return job->output.width * tile / job->tiles_per_row;
}

// One segment a tap; taps that touch (undilated, no gap between pixels) become one.
static void find_segments(
    vk_source *source, const vk_convolution_shape *shape, ptrdiff_t row_step, ptrdiff_t pixel_step, ptrdiff_t words) {
  source->segment_count = 0;
  for (ptrdiff_t i = 0; i < shape->kernel_height; i++)
    for (ptrdiff_t j = 0; j < shape->kernel_width; j++) {
      const ptrdiff_t offset = i * row_step + j * pixel_step;
      vk_segment *last = source->segments + source->segment_count - 1;
      if (source->segment_count > 0 && last->offset + last->length == offset)
        last->length += words;
      else
        source->segments[source->segment_count++] = (vk_segment){offset, words};
    }
}

// The input as it is.
static void read_in_place(const vk_direct *job, vk_source *source) {
  const vk_convolution_shape *shape = job->shape;
  const vk_map *input = &job->input;
  source->row_pitch = shape->stride_height * input->row_pitch;
  source->pixel_pitch = shape->stride_width * input->pixel_pitch;
  source->origin = input->base - shape->padding_height * input->row_pitch - shape->padding_width * input->pixel_pitch;
  find_segments(
      source, shape, shape->dilation_height * input->row_pitch, shape->dilation_width * input->pixel_pitch,
      shape->input_channels);
}

// Pixels under a kernel of so many taps at `count` outputs, along one axis; a single tap skips what the stride skips.
static ptrdiff_t span(ptrdiff_t count, ptrdiff_t taps, ptrdiff_t stride, ptrdiff_t dilation) {
  return taps == 1 ? count : (count - 1) * stride + (taps - 1) * dilation + 1;
}

// The chunk's input as words in `scratch`.
static void convert_chunk(const vk_direct *job, vk_chunk chunk, vk_source *source, float *scratch) {
  const vk_convolution_shape *shape = job->shape;
  const vk_map *input = &job->input;
  const ptrdiff_t words = vk_words(job->kernels, shape->input_channels);
  const ptrdiff_t start = tile_start(job, chunk.first_tile);
  const ptrdiff_t width = tile_start(job, chunk.first_tile + chunk.tiles) - start;
  const ptrdiff_t row_skip = shape->kernel_height == 1 ? shape->stride_height : 1;
  const ptrdiff_t pixel_skip = shape->kernel_width == 1 ? shape->stride_width : 1;
  const ptrdiff_t rows = span(chunk.rows, shape->kernel_height, shape->stride_height, shape->dilation_height);
  const ptrdiff_t pixels = span(width, shape->kernel_width, shape->stride_width, shape->dilation_width);
  const float *first = input->base +
                       (chunk.first_row * shape->stride_height - shape->padding_height) * input->row_pitch +
                       (start * shape->stride_width - shape->padding_width) * input->pixel_pitch;
  for (ptrdiff_t row = 0; row < rows; row++)
    job->kernels->convert(
        first + row * row_skip * input->row_pitch, pixel_skip * input->pixel_pitch, pixels, shape->input_channels,
        scratch + row * pixels * words);
  source->row_pitch = shape->stride_height / row_skip * pixels * words;
  source->pixel_pitch = shape->stride_width / pixel_skip * words;
  source->origin = scratch - chunk.first_row * source->row_pitch - start * source->pixel_pitch;
  find_segments(source, shape, shape->dilation_height * pixels * words, shape->dilation_width * words, words);
}

static void run_tile(
    const vk_direct *job, const vk_source *source, const vk_panel *panel, vk_stream *upcoming, ptrdiff_t y,
    ptrdiff_t tile) {
  const ptrdiff_t x = tile_start(job, tile), rows = tile_start(job, tile + 1) - x;
  _Alignas(64) float sums[TILE_MAX_ROWS * TILE_MAX_CHANNELS];
  const vk_tile place = vk_tile_at(*panel, &job->output, y, x, rows);
  const vk_epilogue epilogue = vk_epilogue_at(*panel, job->epilogue, y, x);
  job->kernels->accumulate[rows][panel->vectors](
      source->origin + y * source->row_pitch + x * source->pixel_pitch, source->pixel_pitch,
      job->packed + panel->weights_offset, source->segments, source->segment_count, sums, upcoming->next,
      upcoming->step, &place, &epilogue);
  vk_stream_advance(upcoming, job->depth);
}

// The panels that a tile's place passes before the next place: all of them where the weights of a pixel stay in the
// cache, so that whole pixels are stored at once and the input is read once; else one, whose weights stay there.
static ptrdiff_t panels_at_once(const vk_direct *job) {
  const vk_convolution_shape *shape = job->shape;
  const ptrdiff_t panels = vk_panel_count(job->kernels, shape);
  const bool is_pixelwise = shape->kernel_height * shape->kernel_width == 1;
  return is_pixelwise && job->depth * shape->output_channels <= resident_weights ? panels : 1;
}

static void run_chunk(const vk_direct *job, vk_chunk chunk, const vk_source *source, vk_weights following) {
  const ptrdiff_t panels = vk_panel_count(job->kernels, job->shape), at_once = panels_at_once(job);
  for (ptrdiff_t first = 0; first < panels; first += at_once) {
    const vk_weights next =
        first + at_once < panels ? vk_panel_weights(job->kernels, job->shape, job->packed, first + at_once) : following;
    vk_stream upcoming = vk_stream_over(next, chunk.rows * chunk.tiles * at_once * job->depth, job->packed);
    for (ptrdiff_t y = chunk.first_row; y < chunk.first_row + chunk.rows; y++)
      for (ptrdiff_t tile = chunk.first_tile; tile < chunk.first_tile + chunk.tiles; tile++)
        for (ptrdiff_t p = first; p < first + at_once; p++) {
          const vk_panel panel = vk_panel_at(job->kernels, job->shape, p);
          run_tile(job, source, &panel, &upcoming, y, tile);
        }
  }
}

// The size of the chunks of an output of that size: as much as has its fresh input in the second-level cache.
static vk_chunk chunk_size(
    const vk_tile_kernels *kernels, const vk_convolution_shape *shape, ptrdiff_t height, ptrdiff_t tiles_per_row) {
  const ptrdiff_t words = vk_words(kernels, shape->input_channels);
  const ptrdiff_t weights = shape->kernel_height * shape->kernel_width * words * shape->output_channels;
  if (weights > resident_weights) return (vk_chunk){.rows = height, .tiles = tiles_per_row};
  const ptrdiff_t tiles = chunk_words / (kernels->max_rows * shape->stride_width * shape->stride_height * words);
  if (tiles < tiles_per_row) return (vk_chunk){.rows = 1, .tiles = tiles < 4 ? 4 : tiles};
  const ptrdiff_t rows = tiles / tiles_per_row;
  return (vk_chunk){.rows = rows < height ? rows : height, .tiles = tiles_per_row};
}

static ptrdiff_t tiles_per_row(const vk_tile_kernels *kernels, ptrdiff_t width) {
  return (width + kernels->max_rows - 1) / kernels->max_rows;
}

size_t vk_convolution_scratch_count(
    vk_isa isa, const vk_convolution_shape *shape, ptrdiff_t height, ptrdiff_t width) {
  const vk_tile_kernels *kernels = vk_tile_kernels_for(isa);
  if (!kernels->convert) return 0;
  const vk_chunk chunk = chunk_size(kernels, shape, height, tiles_per_row(kernels, width));
  const ptrdiff_t longest = chunk.tiles * kernels->max_rows;
  const ptrdiff_t pixels = span(
      longest < width ? longest : width, shape->kernel_width, shape->stride_width, shape->dilation_width);
  const ptrdiff_t rows = span(chunk.rows, shape->kernel_height, shape->stride_height, shape->dilation_height);
  return (size_t)(rows * pixels * vk_words(kernels, shape->input_channels));
}

void vk_convolution_run(
    vk_isa isa, const vk_convolution_shape *shape, const float *packed, vk_map input, vk_output_map output,
    const vk_epilogue *epilogue, vk_weights following, float *scratch) {
  const vk_tile_kernels *kernels = vk_tile_kernels_for(isa);
  const vk_direct job = {
      .kernels = kernels,
      .shape = shape,
      .packed = packed,
      .input = input,
      .output = output,
      .epilogue = epilogue,
      .depth = shape->kernel_height * shape->kernel_width * vk_words(kernels, shape->input_channels),
      .tiles_per_row = tiles_per_row(kernels, output.width),
  };
  vk_source source;
  if (!kernels->convert) read_in_place(&job, &source);

  const vk_chunk size = chunk_size(kernels, shape, output.height, job.tiles_per_row);
  for (ptrdiff_t y = 0; y < output.height; y += size.rows)
    for (ptrdiff_t tile = 0; tile < job.tiles_per_row; tile += size.tiles) {
      const ptrdiff_t rows = output.height - y, tiles = job.tiles_per_row - tile;
      const vk_chunk chunk = {
          .first_row = y,
          .rows = rows < size.rows ? rows : size.rows,
          .first_tile = tile,
          .tiles = tiles < size.tiles ? tiles : size.tiles,
      };
      if (kernels->convert) convert_chunk(&job, chunk, &source, scratch);
      run_chunk(&job, chunk, &source, following);
    }
}
