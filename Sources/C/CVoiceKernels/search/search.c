#include "vk_search.h"

extern const vk_search_kernels vk_search_portable;
extern const vk_search_kernels vk_search_avx2;
extern const vk_search_kernels vk_search_avx512;

const vk_search_kernels *vk_search_kernels_for(vk_isa isa) {
  switch (isa) {
    case VK_PORTABLE: return &vk_search_portable;
#if defined(__x86_64__)
    case VK_AVX2: return &vk_search_avx2;
    case VK_AVX512: return &vk_search_avx512;
#endif
    default: return NULL;
  }
}
