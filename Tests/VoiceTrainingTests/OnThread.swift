import VoiceConcurrency

/// Runs what makes its caller wait on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  let pool = ComputePool(name: "test", threads: 1, queueLimit: 1)
  do {
    let result = try await pool.run { _ in try body() }
    await pool.shutDown()
    return result
  } catch {
    await pool.shutDown()
    throw error
  }
}
