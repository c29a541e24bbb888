#include "vk_training.h"

extern const vk_training_kernels vk_training_portable;
extern const vk_training_kernels vk_training_avx2;
extern const vk_training_kernels vk_training_avx512;

const vk_training_kernels *vk_training_kernels_for(vk_isa isa) {
  switch (isa) {
    case VK_PORTABLE: return &vk_training_portable;
#if defined(__x86_64__)
    case VK_AVX2: return &vk_training_avx2;
    case VK_AVX512: return &vk_training_avx512;
#endif
    default: return NULL;
  }
}
