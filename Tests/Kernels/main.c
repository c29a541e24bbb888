// Compares the C kernels of an instruction set with plain loops in double precision, for processors that Swift's tests
// do not run on: deploy/arm64.sh compiles it for ARM64.
#include "CVoiceDSP.h"
#include "check.h"
#include "vk_isa.h"

int checks, failures;

int main(void) {
  static const char *const names[] = {"portable", "AVX2", "AVX-512"};
  for (int isa = VK_PORTABLE; isa <= VK_AVX512; isa++) {
    if (!vk_isa_is_supported((vk_isa)isa) || !vd_kernels_for((vd_isa)isa)) continue;
    int before = checks, wrong = failures;
    check_convolutions(isa);
    check_vectors(isa);
    check_searches(isa);
    check_training(isa);
    check_signals(isa);
    printf("%s: %d checks, %d failed\n", names[isa], checks - before, failures - wrong);
  }
  return failures > 0 || checks == 0;
}
