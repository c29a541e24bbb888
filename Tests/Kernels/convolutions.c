// Convolutions, read directly and by Winograd's transforms.
#include <stdbool.h>

#include "check.h"
#include "vk_convolution.h"
#include "vk_winograd.h"

enum { HEIGHT = 5, WIDTH = 19 };

typedef struct {
  const float *input, *weights, *bias, *scale, *shift, *residual;
  ptrdiff_t height, width;  // of the input with its halo
} operands;

// The sum of a pixel and channel, with all that follows it.
static double expected(const vk_convolution_shape *s, const operands *o, ptrdiff_t y, ptrdiff_t x, ptrdiff_t out) {
  double sum = o->bias[out];
  for (ptrdiff_t i = 0; i < s->kernel_height; i++)
    for (ptrdiff_t j = 0; j < s->kernel_width; j++)
      for (ptrdiff_t c = 0; c < s->input_channels; c++) {
        ptrdiff_t row = y * s->stride_height + i * s->dilation_height;
        ptrdiff_t column = x * s->stride_width + j * s->dilation_width;
        double value = o->input[(row * o->width + column) * s->input_channels + c];
        sum += value * o->weights[((out * s->input_channels + c) * s->kernel_height + i) * s->kernel_width + j];
      }
  sum = sum * o->scale[out] + o->shift[out] + o->residual[(y * WIDTH + x) * s->output_channels + out];
  return sum > 0 ? sum : 0;
}

static void check(int isa, const vk_convolution_shape *s, bool winograd) {
  ptrdiff_t height = (HEIGHT - 1) * s->stride_height + (s->kernel_height - 1) * s->dilation_height + 1;
  ptrdiff_t width = (WIDTH - 1) * s->stride_width + (s->kernel_width - 1) * s->dilation_width + 1;
  size_t taps = (size_t)(s->kernel_height * s->kernel_width * s->input_channels * s->output_channels);
  size_t outputs = (size_t)(HEIGHT * WIDTH * s->output_channels);
  // Transforms read whole tiles: what lies behind the edge is readable.
  float *input = numbers((size_t)((height + 8) * (width + 8) * s->input_channels), 1);
  operands o = {input,
                numbers(taps, 2),
                numbers((size_t)s->output_channels, 3),
                numbers((size_t)s->output_channels, 4),
                numbers((size_t)s->output_channels, 5),
                numbers(outputs, 6),
                height,
                width};
  vk_map map = {input + (s->padding_height * width + s->padding_width) * s->input_channels, width * s->input_channels,
                s->input_channels};
  float *output = numbers(outputs, 7);
  vk_output_map target = {output, HEIGHT, WIDTH, WIDTH * s->output_channels, s->output_channels};
  vk_epilogue epilogue = {.bias = o.bias,
                          .scale = o.scale,
                          .shift = o.shift,
                          .residual = o.residual,
                          .residual_row_pitch = WIDTH * s->output_channels,
                          .residual_pixel_pitch = s->output_channels,
                          .clamp = true,
                          .cap = INFINITY};
  vk_weights nothing = {NULL, 0};
  float *packed, *scratch;
  if (winograd) {
    packed = numbers(vk_winograd_packed_count((vk_isa)isa, s), 8);
    scratch = numbers(vk_winograd_scratch_count((vk_isa)isa, s, HEIGHT, WIDTH) + taps, 9);
    float *transformed = numbers(taps * 2, 10);
    vk_winograd_pack((vk_isa)isa, s, o.weights, transformed, packed);
    vk_winograd_run((vk_isa)isa, s, packed, map, target, &epilogue, nothing, scratch);
    free(transformed);
  } else {
    packed = numbers(vk_convolution_packed_count((vk_isa)isa, s), 8);
    scratch = numbers(vk_convolution_scratch_count((vk_isa)isa, s, HEIGHT, WIDTH) + 16, 9);
    vk_convolution_pack((vk_isa)isa, s, o.weights, packed);
    vk_convolution_run((vk_isa)isa, s, packed, map, target, &epilogue, nothing, scratch);
  }
  double *want = malloc(outputs * sizeof(double));
  for (ptrdiff_t y = 0; y < HEIGHT; y++)
    for (ptrdiff_t x = 0; x < WIDTH; x++)
      for (ptrdiff_t out = 0; out < s->output_channels; out++)
        want[(y * WIDTH + x) * s->output_channels + out] = expected(s, &o, y, x, out);
  char name[80];
  snprintf(name, sizeof name, "%s %td x %td, stride %td, %td to %td channels", winograd ? "Winograd" : "convolution",
           s->kernel_height, s->kernel_width, s->stride_width, s->input_channels, s->output_channels);
  compare(name, output, want, outputs, winograd ? 2e-5 : 2e-6);
  free(want);
  free(packed);
  free(scratch);
  free(output);
  float *all[] = {input, (float *)o.weights, (float *)o.bias, (float *)o.scale, (float *)o.shift, (float *)o.residual};
  for (size_t index = 0; index < sizeof all / sizeof *all; index++) free(all[index]);
}

void check_convolutions(int isa) {
  static const vk_convolution_shape shapes[] = {
      {1, 32, 3, 3, 1, 1, 1, 1, 1, 1},   {16, 24, 1, 1, 1, 1, 1, 1, 0, 0}, {32, 40, 3, 3, 2, 2, 1, 1, 1, 1},
      {48, 33, 1, 5, 1, 1, 1, 2, 0, 4},  {64, 64, 3, 3, 1, 1, 1, 1, 1, 1}, {128, 32, 1, 3, 1, 1, 1, 1, 0, 1},
      {20, 8, 3, 3, 2, 1, 1, 1, 1, 1},   {96, 96, 3, 3, 1, 1, 1, 1, 1, 1}, {7, 5, 2, 4, 1, 3, 2, 1, 0, 0},
  };
  for (size_t index = 0; index < sizeof shapes / sizeof *shapes; index++) {
    check(isa, &shapes[index], false);
    if (vk_winograd_is_suitable(&shapes[index])) check(isa, &shapes[index], true);
  }
}
