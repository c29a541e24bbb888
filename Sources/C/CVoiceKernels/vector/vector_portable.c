// Vector kernels in vectors of 4, for any processor.
#define LANES 4
#define KERNELS vk_vector_portable
#include "vector_template.h"
