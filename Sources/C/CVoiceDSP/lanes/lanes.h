// The vector of an instruction set, for the templates of this folder, which are compiled once a set.
//
// The including file defines LANES (floats in a vector) and, on x86, pushes the target attribute that makes such a
// vector one register. Clang's vector extension gives +, *, comparison and selection; `a + x * b` contracts to a fused
// multiply-add where the target has one.
#include "CVoiceDSP.h"

#include <math.h>
#include <string.h>

typedef float vec __attribute__((ext_vector_type(LANES)));
typedef int32_t ivec __attribute__((ext_vector_type(LANES)));
// The same in memory that is aligned to a float only.
typedef float unaligned_vec __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE vec load(const float *p) { return *(const unaligned_vec *)p; }

INLINE void store(float *p, vec v) { *(unaligned_vec *)p = v; }

// One step of a transposition: rows that lie `d` apart exchange their lanes that lie `d` apart. What stays in the lower
// row and what comes from its partner, whose lanes count from LANES on; the same of the upper row.
#define LOW(j, d) ((j) & (d) ? LANES + (j) - (d) : (j))
#define HIGH(j, d) ((j) & (d) ? LANES + (j) : (j) + (d))
#define FOUR(F, j, d) F(j, d), F(j + 1, d), F(j + 2, d), F(j + 3, d)
#if LANES == 16
#define PLACES(F, d) FOUR(F, 0, d), FOUR(F, 4, d), FOUR(F, 8, d), FOUR(F, 12, d)
#elif LANES == 8
#define PLACES(F, d) FOUR(F, 0, d), FOUR(F, 4, d)
#else
#define PLACES(F, d) FOUR(F, 0, d)
#endif
#define EXCHANGE(d)                                          \
  UNROLL for (int i = 0; i < LANES; i++) if (!(i & (d))) {   \
    const vec a = rows[i], b = rows[i + (d)];                \
    rows[i] = __builtin_shufflevector(a, b, PLACES(LOW, d)); \
    rows[i + (d)] = __builtin_shufflevector(a, b, PLACES(HIGH, d)); \
  }

// A square block turned over its diagonal: halves, quarters, and so on change places.
INLINE void transpose(vec rows[LANES]) {
#if LANES > 8
  EXCHANGE(8)
#endif
#if LANES > 4
  EXCHANGE(4)
#endif
  EXCHANGE(2)
  EXCHANGE(1)
}
