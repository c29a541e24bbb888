// One function, compiled for several instruction sets; the loader takes the best one of the machine. Loops are written
// plainly over 16 lanes, so that each version uses its own vectors.
#pragma once
#if defined(__x86_64__)
#define VD_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VD_CLONES
#endif

// 16 floats: one register of AVX-512, two of AVX2, four of SSE or NEON.
typedef float vd_vector __attribute__((vector_size(64), aligned(4), may_alias));
