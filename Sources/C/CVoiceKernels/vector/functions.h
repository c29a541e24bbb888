// eˣ, the logistic function and tanh of one vector.

// eˣ = 2ⁿ·eᶠ with n = round(x / ln 2) and |f| ≤ ln 2 / 2, eᶠ by a polynomial of degree 7 (Cephes, expf).
INLINE vec exp_of(vec x) {
  // Beyond these the result is 0 or infinity anyway, and n stays within what two factors can hold.
  x = at_most(at_least(x, -104.0f), 89.0f);
  // Adding 1.5·2²³ rounds to an integer, which then lies in the low bits; a cast of the vector keeps its bits.
  const vec shifted = x * 1.44269504f + 12582912.0f;
  const vec n = shifted - 12582912.0f;
  // ln 2 in two parts, so that f is exact.
  vec f = x - n * 0.693359375f;
  f = f + n * 2.12194440e-4f;

  vec p = 1.9875691500e-4f;
  p = p * f + 1.3981999507e-3f;
  p = p * f + 8.3334519073e-3f;
  p = p * f + 4.1665795894e-2f;
  p = p * f + 1.6666665459e-1f;
  p = p * f + 5.0000001201e-1f;
  p = p * (f * f) + (f + 1);

  // Two factors 2^(n/2): one would leave the range of exponents where the result does not.
  const ivec power = (ivec)shifted - 0x4B400000;
  const ivec half = power >> 1;
  const vec first = (vec)((half + 127) << 23);
  const vec second = (vec)((power - half + 127) << 23);
  return p * first * second;
}

INLINE vec sigmoid_of(vec x) { return 1 / (1 + exp_of(-x)); }

// Near 0 an odd polynomial keeps the relative precision (Cephes, tanhf), beyond it 2·σ(2x) − 1.
INLINE vec tanh_of(vec x) {
  const vec z = x * x;
  vec p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const vec near = p * z * x + x;
  const vec far = 2 * sigmoid_of(2 * x) - 1;
  return z < (vec)(0.625f * 0.625f) ? near : far;
}
