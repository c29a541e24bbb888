internal import Foundation
internal import VoiceTraining

#if MPI
  internal import VoiceParallel
#endif

/// The processes that mpirun has started together with this one, by the variables that Open MPI gives them.
struct LaunchedRanks {
  /// How many there are.
  let count: Int
  /// Whether this one tells people what happens.
  let isFirst: Bool
  /// How many of them are on this host.
  private let onHost: Int

  /// nil when there is but this one.
  init?() {
    let environment = ProcessInfo.processInfo.environment
    guard let count = environment["OMPI_COMM_WORLD_SIZE"].flatMap(Int.init), count > 1 else { return nil }
    self.count = count
    isFirst = environment["OMPI_COMM_WORLD_RANK"] == "0"
    onHost = environment["OMPI_COMM_WORLD_LOCAL_SIZE"].flatMap(Int.init) ?? 1
  }

  /// Cores that this process should compute on: those it is bound to, or its share of the host's.
  var cores: Int {
    let (bound, all) = (ProcessInfo.processInfo.activeProcessorCount, ProcessInfo.processInfo.processorCount)
    return max(1, min(bound, all / onHost))
  }

  #if MPI
    /// Runs `body` as one of the ranks, on a thread that may block. After an error the process should end: mpirun then
    /// ends the others.
    func join<Result>(_ body: (any RankGroup) throws -> Result) throws -> Result {
      let group = try MPIGroup()
      let result = try body(group)
      try group.leave()
      return result
    }
  #else
    /// Throws: this build cannot.
    func join<Result>(_ body: (any RankGroup) throws -> Result) throws -> Result {
      throw CommandError(
        "mpirun has started \(count) processes, but this build has no MPI, so each would train alone: install"
          + " libopenmpi-dev and build with 'swift build -c release --traits MPI', or start one without mpirun")
    }
  #endif
}
