// Signal processing that must be fast: the Fourier transform of many frames at once, mel filtering, sums of products.
//
// Lanes: 16 frames are worked on side by side, element i of frame l at [i * 16 + l]. Every step but the cutting is then
// unit-stride vector code whatever the frame's length, without shuffles.
#pragma once
#include <stddef.h>

#define VD_LANES 16

// ---- frames.c: the steps from samples to a frame that is ready for its transform ---------------------------------

// Cuts `count` (1 to 16) frames of `length` samples, `shift` apart, into frames [length][16]; other lanes are zero.
void vd_cut(const float *samples, size_t length, size_t shift, int count, float *frames);

// Subtracts from each lane of frames [length][16] its mean.
void vd_remove_mean(float *frames, size_t length);

// energy[lane] = sum of x^2.
void vd_energy(const float *frames, size_t length, float *energy);

// y[i] = x[i] - coefficient * x[i - 1], y[0] = x[0] - coefficient * x[0].
void vd_preemphasise(float *frames, size_t length, float coefficient);

// Weights frames [length][16] with window [length]; zeros follow up to [padded][16].
void vd_weight(float *frames, size_t length, size_t padded, const float *window);

// lanes [rows][16] to `count` rows of out, `stride` apart.
void vd_unlane(const float *lanes, size_t rows, int count, float *out, size_t stride);

// ---- fft.c -------------------------------------------------------------------------------------------------------

// A transform of real frames of `size` samples; any size of at least 2. Even sizes whose half has no prime factors but
// 2, 3 and 5 are fast.
typedef struct vd_fft vd_fft;
vd_fft *vd_fft_create(int size);  // NULL without memory
void vd_fft_destroy(vd_fft *fft);
size_t vd_fft_scratch_floats(const vd_fft *fft);

// |X|^2 of 16 frames: frames [size][16] to power [size / 2 + 1][16]. `frames` and `scratch` are overwritten.
void vd_fft_power(const vd_fft *fft, float *frames, float *power, float *scratch);

// ---- mel.c -------------------------------------------------------------------------------------------------------

// Triangular filters as runs of weights: filter m covers bins first[m] to first[m] + length[m] - 1, its weights follow
// those of filter m - 1.
typedef struct {
  int filters;
  const int *first;
  const int *length;
  const float *weights;
} vd_filterbank;

// Filters 16 spectra [bins][16] into mel [filters][16].
void vd_filter(const vd_filterbank *bank, const float *spectrum, float *mel);

// ---- elementwise.c -----------------------------------------------------------------------------------------------

// values[i] = scale * ln(max(values[i], floor)); the floor is a positive normal number.
void vd_log(float *values, size_t count, float floor, float scale);
// values[i] = scale * values[i]^exponent, of values that are not negative.
void vd_power(float *values, size_t count, float exponent, float scale);

// ---- dots.c ------------------------------------------------------------------------------------------------------

// Dot products of one run of weights with many places of an input:
// output[i * output_step] = sum over t < taps of weights[t] * input[i * input_step + t], for i < count.
void vd_dots(
    const float *weights, size_t taps, const float *input, size_t input_step, float *output, size_t output_step,
    size_t count);
