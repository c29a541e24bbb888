internal import VoicePostgres
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

extension RegistryStorage {
  /// Tells what the registry holds in the metrics of this process.
  func tell(in registry: MetricsRegistry) {
    registry.collect("storage") { sample in
      let connections = self.connections
      sample.add("voiceprint_postgres_available", self.isAvailable ? 1 : 0)
      sample.add("voiceprint_postgres_connections", connections.inUse, [("state", "in_use")])
      sample.add("voiceprint_postgres_connections", connections.idle, [("state", "idle")])
      sample.add("voiceprint_postgres_connections_max", connections.maximum)
      sample.add("voiceprint_postgres_waiting", connections.waiting)
      let (galleries, templates) = self.galleriesInMemory
      sample.add("voiceprint_registry_galleries", galleries)
      sample.add("voiceprint_registry_gallery_templates", templates)
    }
    // The same for all replicas, and not asked for more often than it can change much.
    registry.collect("database", age: .seconds(5)) { sample in
      guard self.isAvailable else { return }
      let counts = try await self.counts()
      sample.add("voiceprint_registry_collections", counts.collections)
      sample.add("voiceprint_registry_speakers", counts.speakers)
      for (state, count) in counts.promotions {
        sample.add("voiceprint_promotions", count, [("state", state.rawValue.lowercased())])
      }
      sample.add("voiceprint_promotion_utterances", counts.utterances)
      sample.add("voiceprint_promotion_utterances_done", counts.utterancesDone)
      let epochs = try await self.epochs.epochs()
      sample.add("voiceprint_registry_epochs", epochs.count { $0.inUse }, [("in_use", "true")])
      sample.add("voiceprint_registry_epochs", epochs.count { !$0.inUse }, [("in_use", "false")])
      for epoch in epochs where epoch.isDefault {
        let labels = [("epoch", epoch.name.value), ("fingerprint", epoch.manifest.fingerprint)]
        sample.add("voiceprint_registry_default_epoch_info", 1, labels)
      }
    }
  }
}
