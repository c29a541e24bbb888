// One step of Adam on the values of a parameter; lanes behind the end compute on zeros and are not stored.

static void adam(
    ptrdiff_t count, const vk_adam_step *step, const float *gradient, float *values, float *first, float *second) {
  const vk_adam_step s = *step;
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t left = count - i;
    const vec value = load_some(values + i, left) * s.shrink;
    const vec slope = load_some(gradient + i, left) + s.decay * value;
    const vec mean = s.keep1 * load_some(first + i, left) + s.take1 * slope;
    const vec square = s.keep2 * load_some(second + i, left) + s.take2 * slope * slope;
    store_some(first + i, mean, left);
    store_some(second + i, square, left);
    store_some(values + i, value - s.rate * mean / (__builtin_elementwise_sqrt(square) / s.root + s.epsilon), left);
  }
}
