internal import CGRPC

extension Deadline {
  /// From what the core says of a received call.
  init(core time: gpr_timespec) {
    if gpr_time_cmp(time, gpr_inf_future(time.clock_type)) == 0 {
      self = .never
    } else {
      let left = gpr_time_sub(time, gpr_now(time.clock_type))
      self = .after(.seconds(left.tv_sec) + .nanoseconds(Int64(left.tv_nsec)))
    }
  }

  /// On the core's monotonic clock.
  var core: gpr_timespec {
    guard let remaining else { return gpr_inf_future(GPR_CLOCK_REALTIME) }
    // The core aborts on a span with negative nanoseconds; what has passed ends now.
    let (seconds, attoseconds) = max(remaining, .zero).components
    let span = gpr_timespec(
      tv_sec: seconds, tv_nsec: Int32(attoseconds / 1_000_000_000), clock_type: GPR_TIMESPAN)
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), span)
  }
}
