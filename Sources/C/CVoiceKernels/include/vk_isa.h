// The instruction sets that kernels are built for, and which of them this machine can run.
#pragma once

#include <stdbool.h>

typedef enum {
  VK_PORTABLE = 0,  // what the compiler makes for the baseline of the target: SSE2, NEON
  VK_AVX2 = 1,      // AVX2 and FMA, 8 lanes
  VK_AVX512 = 2,    // AVX-512 F, BW, DQ, VL, 16 lanes
  // Convolutions alone: their activations and weights are rounded to bfloat16, two of which are multiplied in a step;
  // sums, and what follows them, are float32.
  VK_AVX512_BF16 = 3,
  // The same with IEEE half precision. Two sums a channel, each of at most 128 products, are of that precision too;
  // sums of those, and what follows them, are float32.
  VK_AVX512_FP16 = 4,
} vk_isa;

// Whether processor and operating system can run `isa`.
bool vk_isa_is_supported(vk_isa isa);
