internal import Foundation
internal import VoiceConcurrency

/// Does a piece of work for each index, on so many threads (as there are cores unless told), and gives the results in
/// order.
///
/// The first error ends it: what has not begun then never begins.
func inParallel<Result: Sendable>(
  count: Int, title: String, threads: Int? = nil, _ work: @escaping @Sendable (Int) throws -> Result
) async throws -> [Result] {
  let pool = ComputePool(
    name: "compute", threads: threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount), queueLimit: count)
  let bar = ProgressBar(title, total: count)
  do {
    let results = try await withThrowingTaskGroup(of: (Int, Result).self) { group in
      for index in 0..<count {
        group.addTask {
          let result = try await pool.run { _ in try work(index) }
          bar.advance()
          return (index, result)
        }
      }
      return try await group.reduce(into: [Result?](repeating: nil, count: count)) { $0[$1.0] = $1.1 }
    }
    bar.finish()
    await pool.shutDown()
    return results.compactMap(\.self)
  } catch {
    bar.finish()
    await pool.shutDown()
    throw error
  }
}
