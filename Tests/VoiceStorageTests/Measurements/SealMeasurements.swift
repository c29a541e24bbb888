import FoundationEssentials
import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

/// How many templates a measurement has; without the variable there is none.
private let people = ProcessInfo.processInfo.environment["VOICEPRINT_MEASURE_PEOPLE"].flatMap { Int($0) } ?? 0

extension StorageTests {
  /// What seals cost: `VOICEPRINT_MEASURE_PEOPLE=200000 swift test … --filter SealMeasurements` prints the rates.
  @Suite(.enabled(if: people > 0, "VOICEPRINT_MEASURE_PEOPLE says how large")) struct SealMeasurements {
    @Test("A gallery is loaded plain and sealed, sealed, and its keys wrapped anew", arguments: [192, 512])
    func rates(dimension: Int) async throws {
      let url = try await TestPostgres.makeDatabase()
      let epoch = try await publish(Bundle(seed: 1, embeddingSize: dimension), to: storage(on: url)).record.name
      try await fill(url, dimension)
      let query = Voiceprint(values: (0..<dimension).map { Float($0 % 7) + 1 }, epoch: epoch)
      func load(_ keys: KeyRing?) async throws -> SearchResult {
        var best: SearchResult?
        var fastest = Duration.seconds(1_000_000)
        for _ in 0..<3 {
          let fresh = storage(on: url, keys: keys)
          let begin = ContinuousClock.now
          best = try await fresh.speakers.search(query, in: .standard, topK: 5)
          fastest = min(fastest, ContinuousClock.now - begin)
        }
        say("\(dimension) values, loaded \(keys == nil ? "plain" : "sealed")", fastest)
        return try #require(best)
      }
      let plain = try await load(nil)
      let operating = OperatorStorage(
        PostgresOptions(url: url, queryTimeout: .seconds(600)), keys: try ring(8, 7), logger: logger)
      var begin = ContinuousClock.now
      #expect(try await operating.vault.seal(batch: 1000) == people)
      say("\(dimension) values, sealed by the command", ContinuousClock.now - begin)
      #expect(try await load(ring(8, 7)) == plain)
      begin = .now
      #expect(try await operating.vault.rotate(batch: 1000) == 0)
      let back = OperatorStorage(PostgresOptions(url: url), keys: try ring(7, 8), logger: logger)
      begin = .now
      #expect(try await back.vault.rotate(batch: 1000) == people)
      say("keys wrapped anew", ContinuousClock.now - begin)
      try await operating.close()
      try await back.close()
    }

    /// Writes people with one template each, as fast as PostgreSQL takes them.
    private func fill(_ url: String, _ dimension: Int) async throws {
      let connection = PostgresConnection(PostgresOptions(url: url), logger: logger)
      var random = SystemRandomNumberGenerator()
      for first in stride(from: 0, to: people, by: 5000) {
        let count = min(5000, people - first)
        let templates = (0..<count).map { _ in
          (0..<dimension).flatMap { _ in
            let value = Float.random(in: -0.1...0.1, using: &random)
            return withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
          }
        }
        try await connection.perform { connection in
          try connection.query(
            """
            WITH n AS (SELECT row_number() OVER () + $1 AS number, bytes FROM unnest($2) AS n (bytes)),
            s AS (INSERT INTO speakers (collection_id, speaker_id, display_name, labels)
              SELECT collection_id, 'person ' || number, 'Somebody', '{}' FROM n, collections
              RETURNING speaker_key, speaker_id)
            INSERT INTO templates SELECT speaker_key, epoch_id, bytes
            FROM s JOIN n ON s.speaker_id = 'person ' || number, collections
            """, [.int(Int64(first)), .byteArrays(templates)])
        }
      }
      try await connection.perform { try $0.script("VACUUM ANALYZE") }
    }

    private func say(_ what: String, _ time: Duration) {
      let rate = Int(Double(people) / (time / .seconds(1)))
      print("measured: \(what): \(people) in \((time / .milliseconds(1)).rounded()) ms, \(rate) a second")
    }
  }
}
