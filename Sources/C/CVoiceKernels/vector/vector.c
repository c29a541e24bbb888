#include "vk_vector.h"

extern const vk_vector_kernels vk_vector_portable;
extern const vk_vector_kernels vk_vector_avx2;
extern const vk_vector_kernels vk_vector_avx512;

const vk_vector_kernels *vk_vector_kernels_for(vk_isa isa) {
  switch (isa) {
    case VK_PORTABLE: return &vk_vector_portable;
#if defined(__x86_64__)
    case VK_AVX2: return &vk_vector_avx2;
    case VK_AVX512: return &vk_vector_avx512;
#endif
    default: return NULL;
  }
}
