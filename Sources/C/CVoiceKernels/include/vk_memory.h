// Memory for weights and activations: zeroed, aligned to a cache line, on huge pages when it is large.
#pragma once

#include <stddef.h>

// `count` zeroed floats aligned to 64 bytes, or NULL. Blocks above 1 MB ask for 2 MB pages: streaming packed weights
// through 4 KB pages costs 2–3 % in misses of the translation buffer. Release with `vk_free`.
float *_Nullable vk_allocate(size_t count);

void vk_free(float *_Nullable memory);

// From now on all threads share one heap, which gives nothing back to the system.
void vk_keep_freed_memory(void);

// Gives the system every free page of every heap; heaps are locked while that is done, some milliseconds.
void vk_give_back_freed_memory(void);
