// Gradients of weights, batch norm, Adam.
#include "check.h"
#include "vk_training.h"

enum { ROWS = 53, COLUMNS = 39, OUTPUTS = 48, COUNT = 1003 };

static void products(const vk_training_kernels *k) {
  float *x = numbers(ROWS * COLUMNS, 41), *dy = numbers(ROWS * OUTPUTS, 42), *sums = numbers(COLUMNS * OUTPUTS, 43);
  static double want[COLUMNS * OUTPUTS];
  for (int c = 0; c < COLUMNS; c++)
    for (int o = 0; o < OUTPUTS; o++) {
      want[c * OUTPUTS + o] = sums[c * OUTPUTS + o];
      for (int r = 0; r < ROWS; r++) want[c * OUTPUTS + o] += (double)x[r * COLUMNS + c] * dy[r * OUTPUTS + o];
    }
  k->outer_products(ROWS, COLUMNS, OUTPUTS, x, COLUMNS, dy, OUTPUTS, sums, OUTPUTS);
  compare("outer_products", sums, want, COLUMNS * OUTPUTS, 1e-5);

  double first[COLUMNS] = {0}, second[COLUMNS] = {0}, sum[COLUMNS] = {0}, square[COLUMNS] = {0};
  for (int r = 0; r < ROWS; r++)
    for (int c = 0; c < COLUMNS; c++) sum[c] += x[r * COLUMNS + c], square[c] += pow(x[r * COLUMNS + c], 2);
  k->moments(ROWS, COLUMNS, x, first, second);
  float narrow[COLUMNS];
  for (int c = 0; c < COLUMNS; c++) narrow[c] = (float)first[c];
  compare("moments, sums", narrow, sum, COLUMNS, 1e-6);
  for (int c = 0; c < COLUMNS; c++) narrow[c] = (float)second[c];
  compare("moments, squares", narrow, square, COLUMNS, 1e-6);
  free(x), free(dy), free(sums);
}

static void adam(const vk_training_kernels *k) {
  const vk_adam_step step = {0.9f, 0.1f, 0.999f, 0.001f, 0.01f, 0.0316f, 1e-8f, 0.001f, 0.99f};
  float *gradient = numbers(COUNT, 44), *values = numbers(COUNT, 45);
  float *first = numbers(COUNT, 46), *second = numbers(COUNT, 47);
  double want[COUNT];
  for (int index = 0; index < COUNT; index++) {
    second[index] = fabsf(second[index]);
    double w = (double)values[index] * step.shrink, g = gradient[index] + step.decay * w;
    double m = (double)step.keep1 * first[index] + step.take1 * g;
    double v = (double)step.keep2 * second[index] + step.take2 * g * g;
    want[index] = w - step.rate * m / (sqrt(v) / step.root + step.epsilon);
  }
  k->adam(COUNT, &step, gradient, values, first, second);
  compare("adam", values, want, COUNT, 1e-5);

  for (int index = 0; index < COUNT; index++) want[index] = first[index] > 0 ? gradient[index] : 0;
  k->relu_gradient(COUNT, first, gradient, values);
  compare("relu_gradient", values, want, COUNT, 1e-7);
  free(gradient), free(values), free(first), free(second);
}

void check_training(int isa) {
  const vk_training_kernels *kernels = vk_training_kernels_for((vk_isa)isa);
  if (!kernels) abort();
  products(kernels);
  adam(kernels);
}
