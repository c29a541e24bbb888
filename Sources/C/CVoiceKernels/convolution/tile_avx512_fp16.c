// Tiles of 14 pixels × 32 channels in vectors of 16, of products of half-precision numbers.
#if defined(__x86_64__)
#include "../x86_targets.h"
#include "tile.h"

#pragma clang attribute push(TARGET_AVX512_FP16, apply_to = function)
#define LANES 16
#define MAX_ROWS 14
#define KERNELS vk_tile_avx512_fp16
#define MAKE_TILES(M) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14)
#include "words_float16.h"
#include "tile_template.h"
#pragma clang attribute pop
#endif
