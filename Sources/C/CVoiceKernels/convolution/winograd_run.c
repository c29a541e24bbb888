// Winograd's F(4,3) along time: four outputs of a row of three taps for six products instead of twelve.
//
//   y = Aᵀ[(G w) ⊙ (Bᵀ d)],  d: six pixels, w: three taps, y: four outputs
//
// Where only time is transformed the taps along frequency stay sums, so that each transformed row serves all output
// rows it takes part in. The six products are six direct tiles, whose pixels are windows of four outputs and whose taps
// are the kernel's rows. In 3×3 kernels frequency is transformed as well, by F(2,3): two output rows of 24 tiles of one
// tap. Transformed rows live in a ring that stays in the second-level cache. A dilation of n is n sequences that
// interleave. In float32 the error stays near 1e-6 of the largest sum under a window, as that of a direct sum.
#include "stream.h"
#include "tile_place.h"
#include "winograd.h"

// Transformed weights up to this size stay in the second-level cache.
static const size_t resident_weights = (5 << 18) / sizeof(float);
// Larger ones are read once for so many words of transformed pixels, which stay there instead.
static const ptrdiff_t resident_ring = (5 << 18) / sizeof(float);

// A block of neighbouring windows of one phase of the dilation, all rows of it. Pixel 0 of the input lies under the
// first tap of output 0.
typedef struct {
  const vk_tile_kernels *kernels;
  const vk_convolution_shape *shape;
  const float *packed;
  bool weights_are_resident;
  const vk_epilogue *epilogue;
  vk_stream *following;
  vk_map input;
  vk_output_map output;
  ptrdiff_t windows;
  ptrdiff_t words;  // of a window's input channels
  float *ring;      // [ring row][plane][window][word]
  ptrdiff_t ring_rows;
  ptrdiff_t planes;
} vk_block;

static ptrdiff_t windows_of(ptrdiff_t width) { return (width + 3) / 4; }

static bool weights_are_resident(vk_isa isa, const vk_convolution_shape *shape) {
  return vk_winograd_packed_count(isa, shape) <= resident_weights;
}

// Rows that are transformed in time before they are used: those under the output rows of one step, or under all where
// weights are large.
static ptrdiff_t ring_rows_of(vk_isa isa, const vk_convolution_shape *shape, ptrdiff_t height) {
  if (vk_winograd_is_nested(vk_tile_kernels_for(isa), shape)) return ROW_PLANES;
  const ptrdiff_t taps = (shape->kernel_height - 1) * shape->dilation_height + 1;
  return weights_are_resident(isa, shape) ? taps : (height - 1) * shape->stride_height + taps;
}

// Rows that are transformed in frequency too before they are used.
static ptrdiff_t nested_rows_of(vk_isa isa, const vk_convolution_shape *shape, ptrdiff_t height) {
  if (!vk_winograd_is_nested(vk_tile_kernels_for(isa), shape)) return 0;
  return ROW_PLANES * (weights_are_resident(isa, shape) ? 1 : (height + 1) / 2);
}

// Windows of a block. Small weights take one tile's windows at a time, whose ring of rows then stays in the first-level
// cache; large ones as many as have all their rows in the second-level cache.
static ptrdiff_t block_windows(vk_isa isa, const vk_convolution_shape *shape, ptrdiff_t height, ptrdiff_t width) {
  const vk_tile_kernels *kernels = vk_tile_kernels_for(isa);
  const ptrdiff_t windows = windows_of(width), least = kernels->max_rows;
  ptrdiff_t size = least;
  if (!weights_are_resident(isa, shape)) {
    const ptrdiff_t nested = nested_rows_of(isa, shape, height);
    const ptrdiff_t rows = nested > 0 ? nested : ring_rows_of(isa, shape, height);
    size = resident_ring / (rows * PLANES * vk_words(kernels, shape->input_channels));
    if (size < least) size = least;
  }
  return size < windows ? size : windows;
}

size_t vk_winograd_scratch_count(
    vk_isa isa, const vk_convolution_shape *shape, ptrdiff_t height, ptrdiff_t width) {
  const ptrdiff_t words = vk_words(vk_tile_kernels_for(isa), shape->input_channels);
  const ptrdiff_t rows = ring_rows_of(isa, shape, height) + nested_rows_of(isa, shape, height);
  return (size_t)(rows * PLANES * block_windows(isa, shape, height, width) * words);
}

static ptrdiff_t plane_words(const vk_block *block) { return block->windows * block->words; }

static ptrdiff_t ring_offset(const vk_block *block, ptrdiff_t row) {
  return row % block->ring_rows * PLANES * plane_words(block);
}

// Rows of the input under the block's output.
static ptrdiff_t rows_under(const vk_block *block) {
  const vk_convolution_shape *shape = block->shape;
  return (block->output.height - 1) * shape->stride_height + (shape->kernel_height - 1) * shape->dilation_height + 1;
}

// Transforms the input rows from `*next` to the last one under output row `y`; rows count from the top padding.
static void fill_ring(const vk_block *block, ptrdiff_t y, ptrdiff_t *next) {
  const ptrdiff_t first = y * block->shape->stride_height, readable = rows_under(block);
  const ptrdiff_t end = first + block->ring_rows < readable ? first + block->ring_rows : readable;
  for (ptrdiff_t row = *next > first ? *next : first; row < end; row++)
    block->kernels->winograd_input(
        block->input.base + row * block->input.row_pitch, block->input.pixel_pitch, block->output.width,
        block->shape->input_channels, block->ring + ring_offset(block, row), plane_words(block));
  *next = end;
}

// `count` windows from `first`: six tiles of products, back to sums, through the epilogue.
static void run_tile(
    const vk_block *block, vk_panel panel, const vk_segment *taps, ptrdiff_t y, ptrdiff_t first, ptrdiff_t count) {
  const vk_tile_kernels *kernels = block->kernels;
  _Alignas(64) float products[PLANES][TILE_MAX_ROWS * TILE_MAX_CHANNELS];
  for (ptrdiff_t p = 0; p < PLANES; p++) {
    kernels->accumulate[count][panel.vectors](
        block->ring + p * plane_words(block) + first * block->words, block->words,
        block->packed + vk_plane_offset(panel, block->planes, p), taps, block->shape->kernel_height, products[p],
        block->following->next, block->following->step, NULL, NULL);
    vk_stream_advance(block->following, block->shape->kernel_height * block->words);
  }
  const ptrdiff_t x = 4 * first, left = block->output.width - x;
  const vk_tile place = vk_tile_at(panel, &block->output, y, x, left < 4 * count ? left : 4 * count);
  const vk_epilogue epilogue = vk_epilogue_at(panel, block->epilogue, y, x);
  kernels->winograd_output(products[0], TILE_MAX_ROWS * TILE_MAX_CHANNELS, panel.width, &place, &epilogue);
}

// One output row of one panel.
static void run_row(const vk_block *block, ptrdiff_t y, vk_panel panel) {
  const vk_convolution_shape *shape = block->shape;
  const ptrdiff_t tiles = (block->windows + block->kernels->max_rows - 1) / block->kernels->max_rows;
  vk_segment taps[VK_MAX_TAPS];
  for (ptrdiff_t i = 0; i < shape->kernel_height; i++) {
    const ptrdiff_t row = y * shape->stride_height + i * shape->dilation_height;
    taps[i] = (vk_segment){ring_offset(block, row), block->words};
  }
  for (ptrdiff_t tile = 0; tile < tiles; tile++) {
    const ptrdiff_t first = block->windows * tile / tiles;
    run_tile(block, panel, taps, y, first, block->windows * (tile + 1) / tiles - first);
  }
}

// `count` windows from `first` of output rows y and y + 1, whose pixels `transformed` holds: 24 tiles of products, back
// to those of two rows of six, and to sums.
static void run_nested_tile(
    const vk_block *block, vk_panel panel, const float *transformed, ptrdiff_t y, ptrdiff_t first, ptrdiff_t count) {
  enum { TILE = TILE_MAX_ROWS * TILE_MAX_CHANNELS };
  const vk_tile_kernels *kernels = block->kernels;
  const vk_segment tap = {0, block->words};
  _Alignas(64) float products[ROW_PLANES][TILE], rows[2][PLANES][TILE];
  for (ptrdiff_t p = 0; p < PLANES; p++) {
    for (ptrdiff_t q = 0; q < ROW_PLANES; q++) {
      const ptrdiff_t plane = q * PLANES + p;
      kernels->accumulate[count][panel.vectors](
          transformed + plane * plane_words(block) + first * block->words, block->words,
          block->packed + vk_plane_offset(panel, block->planes, plane), &tap, 1, products[q], block->following->next,
          block->following->step, NULL, NULL);
      vk_stream_advance(block->following, block->words);
    }
    kernels->winograd_rows_out(products[0], TILE, count * panel.width, rows[0][p], rows[1][p]);
  }
  const ptrdiff_t x = 4 * first, left = block->output.width - x;
  for (ptrdiff_t row = 0; row < 2 && y + row < block->output.height; row++) {
    const vk_tile place = vk_tile_at(panel, &block->output, y + row, x, left < 4 * count ? left : 4 * count);
    const vk_epilogue epilogue = vk_epilogue_at(panel, block->epilogue, y + row, x);
    kernels->winograd_output(rows[row][0], TILE, panel.width, &place, &epilogue);
  }
}

static void run_nested_rows(const vk_block *block, vk_panel panel, const float *transformed, ptrdiff_t y) {
  const ptrdiff_t tiles = (block->windows + block->kernels->max_rows - 1) / block->kernels->max_rows;
  for (ptrdiff_t tile = 0; tile < tiles; tile++) {
    const ptrdiff_t first = block->windows * tile / tiles;
    run_nested_tile(block, panel, transformed, y, first, block->windows * (tile + 1) / tiles - first);
  }
}

// Transforms what lies under output rows y and y + 1 in time and frequency. Where there is no row y + 1, the row that
// only it would read is another one.
static void transform_pair(const vk_block *block, ptrdiff_t y, ptrdiff_t *next, float *transformed) {
  fill_ring(block, y, next);
  const float *rows[ROW_PLANES];
  for (ptrdiff_t i = 0; i < ROW_PLANES; i++)
    rows[i] = block->ring + ring_offset(block, y + i < rows_under(block) ? y + i : y + 1);
  block->kernels->winograd_rows_in(rows, PLANES * plane_words(block), transformed);
}

static void run_nested_block(const vk_block *block) {
  const vk_convolution_shape plane = vk_plane_shape(block->kernels, block->shape);
  const ptrdiff_t panels = vk_panel_count(block->kernels, &plane), height = block->output.height;
  float *const transformed = block->ring + block->ring_rows * PLANES * plane_words(block);
  const ptrdiff_t pair = ROW_PLANES * PLANES * plane_words(block);
  ptrdiff_t next = 0;
  if (block->weights_are_resident) {
    for (ptrdiff_t y = 0; y < height; y += 2) {
      transform_pair(block, y, &next, transformed);
      for (ptrdiff_t p = 0; p < panels; p++)
        run_nested_rows(block, vk_panel_at(block->kernels, &plane, p), transformed, y);
    }
    return;
  }
  for (ptrdiff_t y = 0; y < height; y += 2) transform_pair(block, y, &next, transformed + y / 2 * pair);
  for (ptrdiff_t p = 0; p < panels; p++)
    for (ptrdiff_t y = 0; y < height; y += 2)
      run_nested_rows(block, vk_panel_at(block->kernels, &plane, p), transformed + y / 2 * pair, y);
}

static void run_block(const vk_block *block) {
  if (vk_winograd_is_nested(block->kernels, block->shape)) return run_nested_block(block);
  const vk_convolution_shape plane = vk_plane_shape(block->kernels, block->shape);
  const ptrdiff_t panels = vk_panel_count(block->kernels, &plane), height = block->output.height;
  ptrdiff_t next = 0;
  if (block->weights_are_resident) {
    for (ptrdiff_t y = 0; y < height; y++) {
      fill_ring(block, y, &next);
      for (ptrdiff_t p = 0; p < panels; p++) run_row(block, y, vk_panel_at(block->kernels, &plane, p));
    }
    return;
  }
  fill_ring(block, 0, &next);
  for (ptrdiff_t p = 0; p < panels; p++)
    for (ptrdiff_t y = 0; y < height; y++) run_row(block, y, vk_panel_at(block->kernels, &plane, p));
}

// One phase of the dilation: `whole` is a block of the full width, run as blocks of so many windows at most.
static void run_phase(const vk_block *whole, ptrdiff_t size, const vk_epilogue *epilogue) {
  const ptrdiff_t windows = windows_of(whole->output.width);
  const ptrdiff_t blocks = (windows + size - 1) / size;
  for (ptrdiff_t i = 0; i < blocks; i++) {
    const ptrdiff_t x = 4 * (windows * i / blocks), end = 4 * (windows * (i + 1) / blocks);
    vk_block block = *whole;
    vk_epilogue e = *epilogue;
    if (e.residual) e.residual += x * e.residual_pixel_pitch;
    block.epilogue = &e;
    block.input.base += x * block.input.pixel_pitch;
    block.output.base += x * block.output.pixel_pitch;
    block.output.width = (end < whole->output.width ? end : whole->output.width) - x;
    block.windows = windows_of(block.output.width);
    run_block(&block);
  }
}

// Steps of the hot loop in the whole run, at least.
static ptrdiff_t steps_of(vk_isa isa, const vk_convolution_shape *shape, const vk_output_map *output) {
  const vk_tile_kernels *kernels = vk_tile_kernels_for(isa);
  const vk_convolution_shape plane = vk_plane_shape(kernels, shape);
  const ptrdiff_t tiles = (windows_of(output->width) + kernels->max_rows - 1) / kernels->max_rows;
  const ptrdiff_t rows = vk_winograd_is_nested(kernels, shape) ? (output->height + 1) / 2 : output->height;
  return vk_panel_count(kernels, shape) * rows * tiles * vk_plane_count(kernels, shape) * plane.kernel_height *
         vk_words(kernels, shape->input_channels);
}

void vk_winograd_run(
    vk_isa isa, const vk_convolution_shape *shape, const float *packed, vk_map input, vk_output_map output,
    const vk_epilogue *epilogue, vk_weights following, float *scratch) {
  const ptrdiff_t dilation = shape->dilation_width;
  vk_stream stream = vk_stream_over(following, steps_of(isa, shape, &output), packed);
  for (ptrdiff_t phase = 0; phase < dilation && phase < output.width; phase++) {
    vk_epilogue e = *epilogue;
    if (e.residual) e.residual += phase * e.residual_pixel_pitch;
    e.residual_pixel_pitch *= dilation;
    vk_block whole = {
        .kernels = vk_tile_kernels_for(isa),
        .shape = shape,
        .packed = packed,
        .weights_are_resident = weights_are_resident(isa, shape),
        .following = &stream,
        .input = input,
        .output = output,
        .words = vk_words(vk_tile_kernels_for(isa), shape->input_channels),
        .ring = scratch,
        .ring_rows = ring_rows_of(isa, shape, output.height),
        .planes = vk_plane_count(vk_tile_kernels_for(isa), shape),
    };
    whole.input.base += (phase - shape->padding_width) * input.pixel_pitch - shape->padding_height * input.row_pitch;
    whole.input.pixel_pitch *= dilation;
    whole.output.base += phase * output.pixel_pitch;
    whole.output.pixel_pitch *= dilation;
    whole.output.width = (output.width - phase + dilation - 1) / dilation;
    run_phase(&whole, block_windows(isa, shape, output.height, output.width), &e);
  }
}
