// Vectors of 16, for AVX-512.
#if defined(__x86_64__)
#include <math.h>
#include <string.h>

#include "CVoiceDSP.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define LANES 16
#define KERNELS vd_kernels_avx512
#include "kernels.h"
#pragma clang attribute pop
#endif
