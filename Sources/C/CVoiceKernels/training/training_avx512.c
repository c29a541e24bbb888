// Training kernels in vectors of 16, for AVX-512.
#if defined(__x86_64__)
#include "../x86_targets.h"
#include "vk_training.h"

#pragma clang attribute push(TARGET_AVX512, apply_to = function)
#define LANES 16
#define COLUMNS 12
#define KERNELS vk_training_avx512
#include "training_template.h"
#pragma clang attribute pop
#endif
