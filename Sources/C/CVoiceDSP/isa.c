#include "CVoiceDSP.h"

extern const vd_kernels vd_kernels_portable;
#if defined(__x86_64__)
extern const vd_kernels vd_kernels_avx2;
extern const vd_kernels vd_kernels_avx512;
#endif

// The compiler's run-time asks the operating system too whether it saves the wide registers.
const vd_kernels *vd_kernels_for(vd_isa isa) {
  switch (isa) {
    case VD_PORTABLE: return &vd_kernels_portable;
#if defined(__x86_64__)
    case VD_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &vd_kernels_avx2 : NULL;
    case VD_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                 ? &vd_kernels_avx512
                 : NULL;
#endif
    default: return NULL;
  }
}
