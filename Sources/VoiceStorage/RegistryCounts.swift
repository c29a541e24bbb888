package import VoicePostgres
package import VoiceRecognition

/// How much a database holds, for those who watch it.
package struct RegistryCounts: Sendable, Hashable {
  /// Collections.
  package var collections = 0
  /// People of all collections.
  package var speakers = 0
  /// Promotions by state; those of which there are none too.
  package var promotions: [PromotionState: Int] = [:]
  /// Recordings that the promotions under way have to compute.
  package var utterances = 0
  /// How many of them are computed.
  package var utterancesDone = 0

  static func read(_ connection: isolated PostgresConnection) throws -> RegistryCounts {
    var counts = RegistryCounts()
    let people = try connection.query(
      "SELECT count(*), coalesce(sum(speaker_count), 0)::bigint FROM collections")[0]
    (counts.collections, counts.speakers) = (Int(try people.int(0)), Int(try people.int(1)))
    for state in PromotionState.allCases { counts.promotions[state] = 0 }
    for row in try connection.query("SELECT state, count(*) FROM promotions GROUP BY state") {
      if let state = PromotionState(rawValue: try row.text(0)) { counts.promotions[state] = Int(try row.int(1)) }
    }
    let work = try connection.query(
      """
      SELECT coalesce(sum(utterances_total), 0)::bigint, coalesce(sum(utterances_done), 0)::bigint FROM promotions
      WHERE state IN \(PromotionRow.underWay)
      """)[0]
    (counts.utterances, counts.utterancesDone) = (Int(try work.int(0)), Int(try work.int(1)))
    return counts
  }
}

extension RegistryStorage {
  /// How much the database holds. Throws `unavailable` while it is away.
  package func counts() async throws(RecognitionError) -> RegistryCounts {
    try await database.read { try RegistryCounts.read($0) }
  }

  /// How the connections to the database are used now.
  package var connections: PostgresUsage { database.usage }

  /// Collections that are searched in memory, and their templates.
  package var galleriesInMemory: (galleries: Int, templates: Int) { (galleries.count, galleries.templates) }
}

extension TrainerStorage {
  /// Jobs by state; the states of which there are none too. Throws `unavailable` while the database is away.
  package func jobCounts() async throws(RecognitionError) -> [JobState: Int] {
    try await database.read { connection in
      var counts = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 0) })
      for row in try connection.query("SELECT state, count(*) FROM jobs GROUP BY state") {
        if let state = JobState(rawValue: try row.text(0)) { counts[state] = Int(try row.int(1)) }
      }
      return counts
    }
  }

  /// How the connections to the database are used now.
  package var connections: PostgresUsage { database.usage }
}
