internal import CVoiceKernels

/// Runs `body` on this thread with denormal floats read and written as zero, and restores the thread's mode.
///
/// Silence fills a network with denormals, which cost some processors a hundred cycles each. A worker wraps each whole
/// piece of compute in one call.
package func withFlushedDenormals<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let state = vk_flush_denormals()
  defer { vk_restore_denormals(state) }
  return try body()
}
