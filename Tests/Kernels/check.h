// What the tests of kernels share: numbers to feed them, and a count of what was wrong.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern int checks, failures;

// Numbers in [-1, 1), the same everywhere.
static inline float number(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return (float)(int32_t)*state / 2147483648.0f;
}

// `count` of them, aligned as kernels want it.
static inline float *numbers(size_t count, uint32_t seed) {
  float *values = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64 + 64);
  if (!values) abort();
  for (size_t index = 0; index < count; index++) values[index] = number(&seed);
  return values;
}

// Counts values that differ from what they ought to be by more than `tolerance` times the largest of these.
static inline void compare(const char *what, const float *got, const double *want, size_t count, double tolerance) {
  double largest = 1e-30, worst = 0;
  for (size_t index = 0; index < count; index++) largest = fmax(largest, fabs(want[index]));
  for (size_t index = 0; index < count; index++) {
    double error = fabs(got[index] - want[index]);
    worst = error > worst || isnan(error) ? error : worst;
  }
  checks++;
  if (count > 0 && worst <= tolerance * largest) return;
  failures++;
  printf("FAILED %s: off by %g of %g\n", what, worst, largest);
}

void check_convolutions(int isa);
void check_vectors(int isa);
void check_searches(int isa);
void check_training(int isa);
void check_signals(int isa);
