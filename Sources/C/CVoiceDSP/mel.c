// Triangular filters over 16 lanes.
#include "CVoiceDSP.h"
#include "clones.h"

VD_CLONES void vd_filter(const vd_filterbank *bank, const float *spectrum, float *mel) {
  const vd_vector *power = (const vd_vector *)spectrum;
  const float *weight = bank->weights;
  for (int m = 0; m < bank->filters; m++) {
    vd_vector sum = {0};
    for (int i = 0; i < bank->length[m]; i++) sum += power[bank->first[m] + i] * *weight++;
    ((vd_vector *)mel)[m] = sum;
  }
}
