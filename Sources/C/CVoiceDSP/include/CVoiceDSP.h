// Signal processing that must be fast: the Fourier transform of many frames at once, mel filtering, sums of products.
//
// Every kernel is written once, over vectors, and compiled for each instruction set (folder lanes/); a table holds
// those of a set. Lanes: as many frames as a vector has floats are worked on side by side, element i of frame l at
// [i * lanes + l]. Every step but the cutting is then unit-stride vector code whatever the frame's length, without
// shuffles.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  VD_PORTABLE = 0,  // what the compiler makes for the baseline of the target: SSE2, NEON; 4 lanes
  VD_AVX2 = 1,      // AVX2 and FMA; 8 lanes
  VD_AVX512 = 2,    // AVX-512 F, BW, DQ and VL; 16 lanes
} vd_isa;

// Floats of the widest vector.
enum { VD_MAX_LANES = 16 };

// A transform of real frames of `size` samples; any size of at least 2. Even sizes whose half has no prime factors but
// 2, 3 and 5 are fast.
typedef struct vd_fft vd_fft;
vd_fft *_Nullable vd_fft_create(int size);  // NULL without memory
void vd_fft_destroy(vd_fft *_Nullable fft);

// Triangular filters as runs of weights: filter m covers bins first[m] to first[m] + length[m] - 1, its weights follow
// those of filter m - 1.
typedef struct {
  int filters;
  const int *_Nullable first;
  const int *_Nullable length;
  const float *_Nullable weights;
} vd_filterbank;

// What lies between the samples of a clip.
typedef struct {
  float lowest, highest;
  size_t clipped;  // samples of at least full scale
  bool is_number;  // none is NaN
} vd_extremes;

typedef struct {
  int lanes;

  // ---- frames.h: the steps from samples to frames that are ready for their transform, and back from lanes to rows

  // Cuts `count` (1 to lanes) frames of `length` samples, `shift` apart, into frames [length][lanes]; other lanes are
  // zero.
  void (*_Nonnull cut)(
      const float *_Nonnull samples, size_t length, size_t shift, int count, float *_Nonnull frames);
  // Subtracts from each lane of frames [length][lanes] its mean.
  void (*_Nonnull remove_mean)(float *_Nonnull frames, size_t length);
  // energy[lane] = sum of x^2.
  void (*_Nonnull energy)(const float *_Nonnull frames, size_t length, float *_Nonnull energy);
  // y[i] = x[i] - coefficient * x[i - 1], y[0] = x[0] - coefficient * x[0].
  void (*_Nonnull preemphasise)(float *_Nonnull frames, size_t length, float coefficient);
  // Weights frames [length][lanes] with window [length]; zeros follow up to [padded][lanes].
  void (*_Nonnull weight)(float *_Nonnull frames, size_t length, size_t padded, const float *_Nonnull window);
  // lanes [rows][lanes] to `count` rows of out, `stride` apart.
  void (*_Nonnull unlane)(
      const float *_Nonnull lanes, size_t rows, int count, float *_Nonnull out, size_t stride);

  // Filters spectra [bins][lanes] into mel [filters][lanes].
  void (*_Nonnull filter)(const vd_filterbank *_Nonnull bank, const float *_Nonnull spectrum, float *_Nonnull mel);

  // ---- fft.h

  // |X|^2 of the frames: frames [size][lanes] to power [size / 2 + 1][lanes]. `frames` and `scratch`, which is as
  // large, are overwritten.
  void (*_Nonnull fft_power)(
      const vd_fft *_Nonnull fft, float *_Nonnull frames, float *_Nonnull power, float *_Nonnull scratch);

  // ---- elementwise.h

  // values[i] = scale * ln(max(values[i], floor)); the floor is a positive normal number.
  void (*_Nonnull log)(float *_Nonnull values, size_t count, float floor, float scale);
  // values[i] = scale * values[i]^exponent, of values that are not negative.
  void (*_Nonnull power)(float *_Nonnull values, size_t count, float exponent, float scale);
  // y[i] = x[i] * factor; x and y may be the same.
  void (*_Nonnull scale)(const float *_Nonnull x, size_t count, float factor, float *_Nonnull y);
  // y[i] = x[i] / 32768.
  void (*_Nonnull from_int16)(const int16_t *_Nonnull x, size_t count, float *_Nonnull y);

  // Whether none is infinite or NaN.
  bool (*_Nonnull are_finite)(const float *_Nonnull x, size_t count);

  // ---- dots.h

  // Dot products of one run of weights with many places of an input:
  // output[i * output_step] = sum over t < taps of weights[t] * input[i * input_step + t], for i < count.
  void (*_Nonnull dots)(
      const float *_Nonnull weights, size_t taps, const float *_Nonnull input, size_t input_step,
      float *_Nonnull output, size_t output_step, size_t count);
  // The same of four runs of weights [4][taps], whose results are neighbours:
  // output[i * output_step + w] = sum over t < taps of weights[w][t] * input[i * input_step + t].
  // `taps` is a multiple of VD_MAX_LANES.
  void (*_Nonnull dots_of_four)(
      const float *_Nonnull weights, size_t taps, const float *_Nonnull input, size_t input_step,
      float *_Nonnull output, size_t output_step, size_t count);

  // ---- levels.h

  // energies[h] = sum of x^2, in double precision, of samples [h * hop, (h + 1) * hop), the last hop being what is
  // left; and the extremes of all.
  void (*_Nonnull levels)(
      const float *_Nonnull samples, size_t count, size_t hop, float full_scale, double *_Nonnull energies,
      vd_extremes *_Nonnull extremes);
  // Subtracts from each column of rows [count][columns] its mean, which is summed in double precision.
  void (*_Nonnull remove_column_means)(float *_Nonnull rows, size_t count, size_t columns);
} vd_kernels;

// The kernels of a set; NULL when this machine cannot run them.
const vd_kernels *_Nullable vd_kernels_for(vd_isa isa);
