// Training kernels in vectors of 4, for the target's baseline.
#define LANES 4
#define COLUMNS 4
#define KERNELS vk_training_portable
#include "training_template.h"
