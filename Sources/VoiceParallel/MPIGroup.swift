#if MPI
  internal import COpenMPI
  package import VoiceTraining

  /// The processes that mpirun has started together, as Open MPI joins them.
  ///
  /// One a process. MPI is called from a thread of its own, from its beginning to its end.
  package final class MPIGroup: RankGroup {
    /// Which one this process is.
    package let rank: Int
    /// How many there are.
    package let ranks: Int
    private let thread: CommunicationThread

    /// Joins the others, once in the life of a process, and waits until all have. Throws `lostRank`.
    package init() throws(TrainingError) {
      let thread = CommunicationThread()
      let place = thread.add { () throws(TrainingError) in
        var (rank, ranks): (Int32, Int32) = (0, 0)
        try Collective.check(voice_mpi_begin(&rank, &ranks))
        return (Int(rank), Int(ranks))
      }
      do throws(TrainingError) { (rank, ranks) = try place.wait() } catch {
        thread.end()
        throw error
      }
      self.thread = thread
    }

    /// Begins to add up the values of all ranks.
    package func beginSum(_ values: [Float]) -> Pending<[Float]> {
      thread.add { () throws(TrainingError) in
        try Collective.sum(values) { voice_mpi_sum_floats($0, $1, $2, $3) }
      }
    }

    /// Begins to add up the values of all ranks.
    package func beginSum(_ values: [Double]) -> Pending<[Double]> {
      thread.add { () throws(TrainingError) in
        try Collective.sum(values) { voice_mpi_sum_doubles($0, $1, $2, $3) }
      }
    }

    /// Begins to send the bytes of rank 0 to all.
    package func beginBroadcast(_ bytes: [UInt8]) -> Pending<[UInt8]> {
      thread.add { () throws(TrainingError) in try Collective.broadcast(bytes) }
    }

    /// Leaves the others, when all have come so far; nothing may be asked for afterwards. Throws `lostRank`.
    package func leave() throws(TrainingError) {
      // Those that are early wait here: MPI's own end keeps a core busy meanwhile.
      _ = try beginSum([0.0]).wait()
      try thread.add { () throws(TrainingError) in try Collective.check(voice_mpi_end()) }.wait()
      thread.end()
    }
  }
#endif
