// What a core does at most: multiply-adds in registers, as many under way as it can have; part of the tile template.
#pragma once

#define PEAK_CHAINS 12

// Every number is that of `*sink`, at most 0.5, so that sums stay finite.
static ptrdiff_t peak(ptrdiff_t rounds, float *sink) {
  vec chains[PEAK_CHAINS];
  const float weights[2] = {*sink, *sink};
  const vec factor = pack_word(weights, 1, 2);
  for (int i = 0; i < PEAK_CHAINS; i++) chains[i] = (float)i;
  for (ptrdiff_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
    for (int i = 0; i < PEAK_CHAINS; i++) {
      __asm__ volatile("" : "+r"(round));
      chains[i] = multiply_add(chains[i], factor, factor);
    }
  vec sum = 0;
  for (int i = 0; i < PEAK_CHAINS; i++) sum += chains[i];
  *sink = sum[0];
  return 2 * CHANNELS_PER_WORD * rounds * PEAK_CHAINS * LANES;
}
