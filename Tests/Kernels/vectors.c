// Element-wise functions, reductions and products of inference.
#include "check.h"
#include "vk_vector.h"

enum { ROWS = 37, CHANNELS = 45, PITCH = 51, COUNT = 1003 };

static double identity_sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double identity_silu(double x) { return x / (1 + exp(-x)); }
static double identity_relu(double x) { return x > 0 ? x : 0; }

static void functions(const vk_vector_kernels *k) {
  struct {
    const char *name;
    void (*run)(ptrdiff_t, const float *, float *);
    double (*wanted)(double);
  } all[] = {{"relu", k->relu, identity_relu}, {"exp", k->exp, exp}, {"sigmoid", k->sigmoid, identity_sigmoid},
             {"tanh", k->tanh, tanh},          {"silu", k->silu, identity_silu}};
  float *x = numbers(COUNT, 11), *y = numbers(COUNT, 12);
  double want[COUNT];
  for (size_t f = 0; f < sizeof all / sizeof *all; f++) {
    for (size_t index = 0; index < COUNT; index++) want[index] = all[f].wanted((double)(x[index] * 8));
    float *wide = numbers(COUNT, 11);
    for (size_t index = 0; index < COUNT; index++) wide[index] *= 8;
    all[f].run(COUNT, wide, y);
    compare(all[f].name, y, want, COUNT, 1e-6);
    free(wide);
  }
  float *b = numbers(COUNT, 13);
  k->add(COUNT, x, b, y);
  double sum = 0;
  for (size_t index = 0; index < COUNT; index++) {
    want[index] = (double)x[index] + b[index];
    sum += (double)x[index] * b[index];
  }
  compare("add", y, want, COUNT, 1e-6);
  float dot = k->dot(COUNT, x, b);
  compare("dot", &dot, &sum, 1, 1e-4);
  free(x), free(y), free(b);
}

static void columns(const vk_vector_kernels *k) {
  float *x = numbers(ROWS * PITCH, 14), means[CHANNELS], deviations[CHANNELS];
  double mean[CHANNELS], deviation[CHANNELS];
  for (int c = 0; c < CHANNELS; c++) {
    mean[c] = deviation[c] = 0;
    for (int r = 0; r < ROWS; r++) mean[c] += x[r * PITCH + c] / (double)ROWS;
    for (int r = 0; r < ROWS; r++) deviation[c] += pow(x[r * PITCH + c] - mean[c], 2) / (ROWS - 1);
    deviation[c] = sqrt(deviation[c]);
  }
  k->column_means(ROWS, CHANNELS, x, PITCH, means);
  compare("column_means", means, mean, CHANNELS, 1e-5);
  k->column_statistics(ROWS, CHANNELS, x, PITCH, means, deviations);
  compare("column_statistics, means", means, mean, CHANNELS, 1e-5);
  compare("column_statistics, deviations", deviations, deviation, CHANNELS, 1e-5);

  float *vector = numbers(CHANNELS, 15), *bias = numbers(ROWS, 16), result[ROWS];
  double product[ROWS];
  for (int r = 0; r < ROWS; r++) {
    product[r] = bias[r];
    for (int c = 0; c < CHANNELS; c++) product[r] += (double)x[r * PITCH + c] * vector[c];
  }
  k->matrix_vector(ROWS, CHANNELS, x, PITCH, vector, bias, result);
  compare("matrix_vector", result, product, ROWS, 1e-5);

  float *shift = numbers(CHANNELS, 17), scaled[ROWS * CHANNELS];
  double want[ROWS * CHANNELS];
  for (int r = 0; r < ROWS; r++)
    for (int c = 0; c < CHANNELS; c++)
      want[r * CHANNELS + c] = identity_relu((double)x[r * PITCH + c] * vector[c] + shift[c]);
  k->scale_shift(ROWS, CHANNELS, x, PITCH, vector, shift, true, scaled, CHANNELS);
  compare("scale_shift", scaled, want, ROWS * CHANNELS, 1e-6);
  free(x), free(vector), free(bias), free(shift);
}

void check_vectors(int isa) {
  const vk_vector_kernels *kernels = vk_vector_kernels_for((vk_isa)isa);
  if (!kernels) abort();
  functions(kernels);
  columns(kernels);
}
