import FoundationEssentials
import TestSupport
import Testing
import VoiceCluster
import VoicePostgres
import VoiceRecognition
import VoiceStorage

/// How many enrolments a measurement has; without the variable there is none.
private let enrolments = ProcessInfo.processInfo.environment["VOICEPRINT_MEASURE_ENROLMENTS"].flatMap { Int($0) } ?? 0

extension StorageTests {
  /// What the audit log costs enrolments on a PostgreSQL that waits for the disk:
  /// `VOICEPRINT_MEASURE_ENROLMENTS=2000 swift test … --filter AuditMeasurements` prints the rates.
  @Suite(.enabled(if: enrolments > 0, "VOICEPRINT_MEASURE_ENROLMENTS says how many")) struct AuditMeasurements {
    @Test("People are enrolled by two registries with and without the chain", arguments: [1, 16])
    func rates(parallel: Int) async throws {
      let folder = try TemporaryFolder()
      let server = try await PrivatePostgres.start(
        in: folder.file("postgres"), durability: .durable, endingWithParent: true)
      try await server.makeDatabase("audit")
      let url = server.connection(database: "audit")
      let registries = (0..<2).map { _ in
        RegistryStorage(PostgresOptions(url: url), poolSize: 8, compute: compute, logger: logger)
      }
      let epoch = try await publish(Bundle(seed: 1), to: registries[0]).record.name
      let connection = PostgresConnection(PostgresOptions(url: url), logger: logger)
      for round in 0..<3 {
        for (what, statement) in [
          ("chained", "DROP RULE IF EXISTS off ON audit"),
          ("without", "CREATE RULE off AS ON INSERT TO audit DO INSTEAD NOTHING"),
        ] {
          try await connection.perform { try $0.script(statement) }
          let begin = ContinuousClock.now
          try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<parallel {
              group.addTask {
                for number in stride(from: worker, to: enrolments, by: parallel) {
                  let speakers = registries[number % 2].speakers
                  try await speakers.enroll(enrolment("\(round) \(what) \(number)", [[1, 2, 3, 4]], epoch: epoch))
                }
              }
            }
            try await group.waitForAll()
          }
          let seconds = (ContinuousClock.now - begin) / .seconds(1)
          print("measured: \(parallel) at a time, \(what): \(Int(Double(enrolments) / seconds)) enrolments a second")
        }
      }
      await connection.close()
      await server.process.end(with: 2, within: .seconds(10))
    }
  }
}
