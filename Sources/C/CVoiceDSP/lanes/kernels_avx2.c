// Vectors of 8, for AVX2 and FMA.
#if defined(__x86_64__)
#include <math.h>
#include <string.h>

#include "CVoiceDSP.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define KERNELS vd_kernels_avx2
#include "kernels.h"
#pragma clang attribute pop
#endif
