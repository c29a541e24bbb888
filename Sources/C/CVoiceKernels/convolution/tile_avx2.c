// Tiles of 6 pixels × 16 channels in vectors of 8.
#if defined(__x86_64__)
#include "../x86_targets.h"
#include "tile.h"

#pragma clang attribute push(TARGET_AVX2, apply_to = function)
#define LANES 8
#define MAX_ROWS 6
#define KERNELS vk_tile_avx2
#define MAKE_TILES(M) M(1) M(2) M(3) M(4) M(5) M(6)
#include "words_float32.h"
#include "tile_template.h"
#pragma clang attribute pop
#endif
