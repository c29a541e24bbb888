// Vector kernels in vectors of 16, for AVX-512.
#if defined(__x86_64__)
#include "../x86_targets.h"
#include "vk_vector.h"

#pragma clang attribute push(TARGET_AVX512, apply_to = function)
#define LANES 16
#define KERNELS vk_vector_avx512
#include "vector_template.h"
#pragma clang attribute pop
#endif
