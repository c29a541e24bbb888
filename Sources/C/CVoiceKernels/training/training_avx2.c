// Training kernels in vectors of 8, for AVX2 and FMA.
#if defined(__x86_64__)
#include "../x86_targets.h"
#include "vk_training.h"

#pragma clang attribute push(TARGET_AVX2, apply_to = function)
#define LANES 8
#define COLUMNS 6
#define KERNELS vk_training_avx2
#include "training_template.h"
#pragma clang attribute pop
#endif
