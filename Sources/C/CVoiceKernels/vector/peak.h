// What a core does at most: multiply-adds in registers, as many under way as it can have.
#define PEAK_CHAINS 12

static ptrdiff_t peak(ptrdiff_t rounds, float *sink) {
  vec chains[PEAK_CHAINS];
  const vec factor = *sink, term = 1;
  for (int i = 0; i < PEAK_CHAINS; i++) chains[i] = (float)i;
  for (ptrdiff_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
    for (int i = 0; i < PEAK_CHAINS; i++) chains[i] = chains[i] * factor + term;
  vec sum = 0;
  for (int i = 0; i < PEAK_CHAINS; i++) sum += chains[i];
  *sink = sum[0];
  return 2 * rounds * PEAK_CHAINS * LANES;
}
