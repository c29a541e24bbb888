#include "vk_memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static const size_t cache_line = 64;
static const size_t huge_page = (size_t)2 << 20;

static size_t round_up(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

float *vk_allocate(size_t count) {
  size_t bytes = count * sizeof(float);
  size_t alignment = bytes > huge_page / 2 ? huge_page : cache_line;
  size_t size = round_up(bytes > 0 ? bytes : 1, alignment);
  void *memory = aligned_alloc(alignment, size);
  if (!memory) return NULL;
#ifdef MADV_HUGEPAGE
  if (alignment == huge_page) madvise(memory, size, MADV_HUGEPAGE);
#endif
  memset(memory, 0, size);
  return memory;
}

void vk_free(float *memory) { free(memory); }

void vk_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

void vk_give_back_freed_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}
