#include "vk_denormals.h"

#if defined(__x86_64__)
#include <xmmintrin.h>

// MXCSR: bit 15 flushes results (FTZ), bit 6 reads denormal inputs as zero (DAZ).
static const unsigned flush_bits = 0x8040;

uint64_t vk_flush_denormals(void) {
  unsigned state = _mm_getcsr();
  _mm_setcsr(state | flush_bits);
  return state;
}

void vk_restore_denormals(uint64_t state) { _mm_setcsr((unsigned)state); }

#elif defined(__aarch64__)

// FPCR: bit 24 (FZ) flushes inputs and results.
static const uint64_t flush_bits = 1u << 24;

static void set_fpcr(uint64_t state) { __asm__ volatile("msr fpcr, %0" ::"r"(state)); }

uint64_t vk_flush_denormals(void) {
  uint64_t state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  set_fpcr(state | flush_bits);
  return state;
}

void vk_restore_denormals(uint64_t state) { set_fpcr(state); }

#else

uint64_t vk_flush_denormals(void) { return 0; }
void vk_restore_denormals(uint64_t state) { (void)state; }

#endif
