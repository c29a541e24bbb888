// Kaldi's framing: cut, subtract the mean, pre-emphasise, window, pad with zeros; 16 frames side by side.
#include "CVoiceDSP.h"
#include "clones.h"
#include <string.h>

VD_CLONES void vd_frame(const vd_framing *f, const float *samples, int count, float *frames) {
  memset(frames, 0, sizeof(float) * VD_LANES * (size_t)f->padded);
  vd_vector *out = (vd_vector *)frames, sum = {0};
  for (int i = 0; i < f->length; i++) {
    vd_vector x = {0};
    for (int lane = 0; lane < count; lane++) x[lane] = samples[(ptrdiff_t)lane * f->shift + i];
    out[i] = x;
    sum += x;
  }
  vd_vector mean = f->remove_dc ? sum / (float)f->length : (vd_vector){0};
  // From the end, so that the sample before is still what it was.
  for (int i = f->length - 1; i >= 0; i--) {
    vd_vector before = out[i > 0 ? i - 1 : 0] - mean;
    out[i] = (out[i] - mean - f->preemphasis * before) * f->window[i];
  }
}

void vd_unlane(const float *lanes, int rows, int count, float *out) {
  for (int frame = 0; frame < count; frame++)
    for (int row = 0; row < rows; row++) out[(size_t)frame * rows + row] = lanes[(size_t)row * VD_LANES + frame];
}
