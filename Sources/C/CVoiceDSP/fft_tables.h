// What a transform has made once; the same for every instruction set.
#pragma once

enum { VD_MAX_STAGES = 31 };  // an int has no more factors

struct vd_fft {
  int size;
  int half;                      // complex points; 0 where the plain sum is used
  int stages;
  int radix[VD_MAX_STAGES];      // factor of each stage
  float *_Nullable twiddles;     // by stage, for each p: w^p ... w^((r - 1) p), each cos and sin
  float *_Nullable unpack;       // cos and sin of -2 pi k / size, k = 0 ... half / 2; for the plain sum k < size
};
