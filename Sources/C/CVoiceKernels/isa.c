#include "vk_isa.h"

bool vk_isa_is_supported(vk_isa isa) {
#if defined(__x86_64__)
  // The compiler's run-time asks the operating system too whether it saves the wide registers.
  switch (isa) {
    case VK_PORTABLE: return true;
    case VK_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case VK_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    case VK_AVX512_BF16: return vk_isa_is_supported(VK_AVX512) && __builtin_cpu_supports("avx512bf16");
    case VK_AVX512_FP16: return vk_isa_is_supported(VK_AVX512) && __builtin_cpu_supports("avx512fp16");
  }
  return false;
#else
  return isa == VK_PORTABLE;
#endif
}
