// The table of an instruction set, written once. The including file defines LANES and KERNELS (the table's name) and
// pushes the target. One family a header.
#include "lanes.h"

#include "dots.h"
#include "elementwise.h"
#include "fft.h"
#include "frames.h"
#include "levels.h"

const vd_kernels KERNELS = {
    .lanes = LANES,
    .cut = cut,
    .remove_mean = remove_mean,
    .energy = energy,
    .preemphasise = preemphasise,
    .weight = weight,
    .unlane = unlane,
    .fft_power = fft_power,
    .filter = filter,
    .log = logarithm,
    .power = power,
    .scale = scale,
    .from_int16 = from_int16,
    .are_finite = are_finite,
    .dots = dots,
    .dots_of_four = dots_of_four,
    .levels = levels,
    .remove_column_means = remove_column_means,
};
