#include "tile.h"

const vk_tile_kernels *vk_tile_kernels_for(vk_isa isa) {
  switch (isa) {
    case VK_PORTABLE: return &vk_tile_portable;
#if defined(__x86_64__)
    case VK_AVX2: return &vk_tile_avx2;
    case VK_AVX512: return &vk_tile_avx512;
    case VK_AVX512_BF16: return &vk_tile_avx512_bf16;
    case VK_AVX512_FP16: return &vk_tile_avx512_fp16;
#endif
    default: return NULL;
  }
}

ptrdiff_t vk_convolution_peak(vk_isa isa, ptrdiff_t rounds, float *sink) {
  return vk_tile_kernels_for(isa)->peak(rounds, sink);
}
