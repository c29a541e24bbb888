// Tiles of 6 pixels × 8 channels in vectors of 4, for any processor.
#define LANES 4
#define MAX_ROWS 6
#define KERNELS vk_tile_portable
#define MAKE_TILES(M) M(1) M(2) M(3) M(4) M(5) M(6)
#include "words_float32.h"
#include "tile_template.h"
