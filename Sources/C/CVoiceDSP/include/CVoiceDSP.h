// Signal processing that must be fast: the Fourier transform of many frames at once, and mel filtering.
//
// Lanes: 16 frames are worked on side by side, element i of frame l at [i * 16 + l]. Every step is then unit-stride vector
// code whatever the frame's length, and no shuffles are needed.
#pragma once
#include <stddef.h>

#define VD_LANES 16

// A transform of real frames of `size` samples; any size of at least 2. Powers of two from 8 on are fast.
typedef struct vd_fft vd_fft;
vd_fft *vd_fft_create(int size);  // NULL without memory
void vd_fft_destroy(vd_fft *fft);
size_t vd_fft_scratch_floats(const vd_fft *fft);

// |X|^2 of 16 frames: frames [size][16] to power [size / 2 + 1][16]. `frames` and `scratch` are overwritten.
void vd_fft_power(const vd_fft *fft, float *frames, float *power, float *scratch);

// How Kaldi cuts and weights a frame.
typedef struct {
  int length;           // samples of a frame
  int padded;           // size of the transform; zeros follow the frame
  int shift;            // samples from a frame to the next
  int remove_dc;        // subtract the frame's mean
  float preemphasis;    // y[i] = x[i] - preemphasis * x[i - 1], y[0] = x[0] - preemphasis * x[0]
  const float *window;  // [length]
} vd_framing;

// Frames `count` (1 to 16) frames that begin at `samples`, into frames [padded][16]; lanes beyond `count` are zero.
void vd_frame(const vd_framing *framing, const float *samples, int count, float *frames);

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

// values[i] = ln(max(values[i], floor)), and values[i] = sqrt(values[i]).
void vd_log(float *values, size_t count, float floor);
void vd_sqrt(float *values, size_t count);

// lanes [rows][16] to out [count][rows], row after row.
void vd_unlane(const float *lanes, int rows, int count, float *out);

// Dot product of two runs of `count` floats.
float vd_dot(const float *a, const float *b, size_t count);
