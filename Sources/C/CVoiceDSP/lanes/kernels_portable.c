// Vectors of 4, for any processor.
#define LANES 4
#define KERNELS vd_kernels_portable
#include "kernels.h"
