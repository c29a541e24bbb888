internal import VoicePostgres
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

extension TrainerStorage {
  /// Tells of the jobs in the metrics of this process.
  func tell(of worker: TrainerWorker, in registry: MetricsRegistry) {
    registry.collect("storage") { sample in
      let connections = self.connections
      sample.add("voiceprint_postgres_available", self.isAvailable ? 1 : 0)
      sample.add("voiceprint_postgres_connections", connections.inUse, [("state", "in_use")])
      sample.add("voiceprint_postgres_connections", connections.idle, [("state", "idle")])
      sample.add("voiceprint_postgres_connections_max", connections.maximum)
      sample.add("voiceprint_postgres_waiting", connections.waiting)
      sample.add("voiceprint_training_slots", worker.slots)
      sample.add("voiceprint_training_slots_busy", worker.busy)
    }
    // The same for all trainers, and not asked for more often than it can change much.
    registry.collect("database", age: .seconds(5)) { sample in
      guard self.isAvailable else { return }
      for (state, count) in try await self.jobCounts() {
        sample.add("voiceprint_training_jobs", count, [("state", state.rawValue)])
      }
    }
  }
}
