// The vector of an instruction set, for templates that are compiled once a set.
//
// The including file defines LANES (floats in a vector) and, on x86, pushes the target attribute that makes such
// vectors one register wide. Clang's vector extension gives +, *, comparison and selection, so that the templates
// need no intrinsics: `a + x * b` contracts to a fused multiply-add where the target has one.
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if LANES == 16 && defined(__x86_64__)
#include <immintrin.h>
#endif

typedef float vec __attribute__((ext_vector_type(LANES)));
typedef int32_t ivec __attribute__((ext_vector_type(LANES)));
// The same in memory that is aligned to a float only.
typedef float unaligned_vec __attribute__((ext_vector_type(LANES), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p) { return *(const unaligned_vec *)p; }

INLINE void store(float *p, vec v) { *(unaligned_vec *)p = v; }

#if LANES == 16 && defined(__x86_64__)
// The first `count` lanes, zeros behind them.
INLINE vec load_some(const float *p, ptrdiff_t count) {
  if (count >= LANES) return load(p);
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}

INLINE void store_some(float *p, vec v, ptrdiff_t count) {
  if (count >= LANES)
    store(p, v);
  else
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
}
#else
// The first `count` lanes, zeros behind them.
INLINE vec load_some(const float *p, ptrdiff_t count) {
  if (count >= LANES) return load(p);
  vec v = 0;
  memcpy(&v, p, (size_t)count * sizeof(float));
  return v;
}

INLINE void store_some(float *p, vec v, ptrdiff_t count) {
  if (count >= LANES)
    store(p, v);
  else
    memcpy(p, &v, (size_t)count * sizeof(float));
}
#endif

// Comparisons keep a NaN: a network that is fed one must answer with one.
INLINE vec at_least(vec v, float limit) { return (vec)limit > v ? (vec)limit : v; }

INLINE vec at_most(vec v, float limit) { return (vec)limit < v ? (vec)limit : v; }
