// Signal processing: spectra of frames side by side, logarithms, dot products.
#include "CVoiceDSP.h"
#include "check.h"

static void spectrum(const vd_kernels *k, int size) {
  int lanes = k->lanes, bins = size / 2 + 1;
  float *frames = numbers((size_t)(size * lanes), 51), *copy = numbers((size_t)(size * lanes), 51);
  float *power = numbers((size_t)(bins * lanes), 52), *scratch = numbers((size_t)(size * lanes), 53);
  double *want = malloc((size_t)(bins * lanes) * sizeof(double));
  for (int bin = 0; bin < bins; bin++)
    for (int lane = 0; lane < lanes; lane++) {
      double real = 0, imaginary = 0;
      for (int index = 0; index < size; index++) {
        double angle = 2 * acos(-1.0) * (double)bin * index / size;
        real += copy[index * lanes + lane] * cos(angle);
        imaginary -= copy[index * lanes + lane] * sin(angle);
      }
      want[bin * lanes + lane] = real * real + imaginary * imaginary;
    }
  vd_fft *fft = vd_fft_create(size);
  if (!fft) abort();
  k->fft_power(fft, frames, power, scratch);
  char name[40];
  snprintf(name, sizeof name, "fft_power of %d samples", size);
  compare(name, power, want, (size_t)(bins * lanes), 1e-5);
  vd_fft_destroy(fft);
  free(frames), free(copy), free(power), free(scratch), free(want);
}

void check_signals(int isa) {
  const vd_kernels *kernels = vd_kernels_for((vd_isa)isa);
  if (!kernels) abort();
  spectrum(kernels, 512);
  spectrum(kernels, 400);
  spectrum(kernels, 62);
  enum { COUNT = 1003, TAPS = 64 };
  float *values = numbers(COUNT, 54);
  double want[COUNT];
  for (int index = 0; index < COUNT; index++) {
    values[index] = fabsf(values[index]) * 1000;
    want[index] = 2 * log(fmax(values[index], 1e-3));
  }
  kernels->log(values, COUNT, 1e-3f, 2);
  compare("log", values, want, COUNT, 1e-6);
  float *weights = numbers(TAPS, 55), *input = numbers(COUNT + TAPS, 56), *output = numbers(COUNT, 57);
  for (int index = 0; index < COUNT; index++) {
    want[index] = 0;
    for (int tap = 0; tap < TAPS; tap++) want[index] += (double)weights[tap] * input[index + tap];
  }
  kernels->dots(weights, TAPS, input, 1, output, 1, COUNT);
  compare("dots", output, want, COUNT, 1e-5);
  free(values), free(weights), free(input), free(output);
}
