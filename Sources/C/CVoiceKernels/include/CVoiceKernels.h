// The hot float32 kernels of the engine: convolution, element-wise functions, reductions, search and the
// backward passes of training.
//
// Every kernel exists once for each instruction set (vk_isa.h) and is written once, in a template over the vector
// width; the folder of a kernel family holds the template and one short file an instruction set.
// Activations are channels-last, [height][width][channels] with height = frequency (1 for a sequence) and
// width = time. All pitches and counts are in floats, not in bytes.
#pragma once

#include "vk_convolution.h"
#include "vk_denormals.h"
#include "vk_isa.h"
#include "vk_memory.h"
#include "vk_search.h"
#include "vk_training.h"
#include "vk_vector.h"
#include "vk_winograd.h"
