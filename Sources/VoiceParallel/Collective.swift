#if MPI
  internal import COpenMPI
  internal import Glibc
  internal import VoiceTraining

  /// Collective operations of MPI, each awaited on the calling thread: the one that has begun MPI.
  enum Collective {
    /// How MPI is told to begin the sum of so many numbers.
    typealias BeginSum = (UnsafeRawPointer, UnsafeMutableRawPointer, Int32, UnsafeMutablePointer<MPI_Request?>) -> Int32

    /// Numbers that one call takes at most: MPI counts in 32 bits.
    private static let longest = 1 << 28

    /// The sums over all ranks. Throws `lostRank`.
    static func sum<Number>(_ values: [Number], _ begin: BeginSum) throws(TrainingError) -> [Number] {
      var status: Int32 = 0
      let sums = [Number](unsafeUninitializedCapacity: values.count) { target, initialised in
        values.withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          status = inPieces(of: values.count) { first, count in
            finish { begin(from + first, to + first, count, $0) }
          }
        }
        initialised = status == 0 ? values.count : 0
      }
      try check(status)
      return sums
    }

    /// The bytes of rank 0. Throws `lostRank`.
    static func broadcast(_ bytes: [UInt8]) throws(TrainingError) -> [UInt8] {
      var count = UInt64(bytes.count)
      try check(finish { voice_mpi_broadcast(&count, Int32(MemoryLayout<UInt64>.size), $0) })
      var bytes = bytes.count == count ? bytes : [UInt8](repeating: 0, count: Int(count))
      let status = bytes.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return Int32(0) }
        return inPieces(of: buffer.count) { first, count in finish { voice_mpi_broadcast(base + first, count, $0) } }
      }
      try check(status)
      return bytes
    }

    /// Throws what an error code of MPI means.
    static func check(_ status: Int32) throws(TrainingError) {
      guard status != MPI_SUCCESS else { return }
      let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MPI_MAX_ERROR_STRING) + 1) { text in
        text.initialize(repeating: 0)
        guard let base = text.baseAddress else { return "" }
        voice_mpi_explain(status, base)
        return String(cString: base)
      }
      throw TrainingError(.lostRank, "the ranks have lost each other: \(text)")
    }

    /// Calls `body(first, count)` for 0..<`total` in pieces until one gives an error code.
    private static func inPieces(of total: Int, _ body: (_ first: Int, _ count: Int32) -> Int32) -> Int32 {
      for first in stride(from: 0, to: total, by: longest) {
        let status = body(first, Int32(min(longest, total - first)))
        if status != MPI_SUCCESS { return status }
      }
      return Int32(MPI_SUCCESS)
    }

    /// Begins an operation and goes on with it until it is done.
    ///
    /// MPI makes progress only while it is called, and tells nobody when there is some to make, so it is asked again
    /// and again. Its own blocking calls do that without a pause, on a core that the trainer needs.
    private static func finish(_ begin: (UnsafeMutablePointer<MPI_Request?>) -> Int32) -> Int32 {
      var request: MPI_Request?
      var done: Int32 = 0
      var status = begin(&request)
      var asked = 0
      while status == MPI_SUCCESS {
        status = voice_mpi_test(&request, &done)
        if done != 0 { break }
        asked += 1
        if asked < 32 { sched_yield() } else { usleep(50) }
      }
      return status
    }
  }
#endif
