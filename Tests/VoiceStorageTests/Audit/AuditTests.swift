import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition

@testable import VoiceStorage

extension StorageTests {
  @Suite struct AuditTests {
    private let ann: [Float] = [1, 2, 3, 4]

    private func reader(_ storage: RegistryStorage) -> AuditReader { AuditReader(database: storage.database) }

    private func actions(_ storage: RegistryStorage) async throws -> [String] {
      try await reader(storage).list(AuditFilter()).map { "\($0.action) \($0.outcome)" }
    }

    @Test("Changes and refusals are rows, with who asked; nothing else is; a person's name goes with the person")
    func rows() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let team = try CollectionName("team")
      try await Caller.$current.withValue(Caller("key:7 Öl", tenant: "acme")) {
        _ = try await storage.speakers.createCollection(team, epoch: nil)
        try await storage.speakers.enroll(
          enrolment("ann", [ann, ann], epoch: epoch, in: team, displayName: "Ann", requestID: "once"))
        // The answer that was given before is given again: nothing happened.
        try await storage.speakers.enroll(
          enrolment("ann", [ann, ann], epoch: epoch, in: team, displayName: "Ann", requestID: "once"))
        await #expect(throws: RecognitionError.self) { try await storage.speakers.createCollection(team, epoch: nil) }
        _ = try await storage.speakers.found(ann, epoch: epoch, in: team)
      }
      let enrolled = try await reader(storage).list(AuditFilter())
      #expect(enrolled.map(\.action) == ["epoch.publish", "collection.create", "person.enroll", "collection.create"])
      #expect(enrolled.map(\.outcome) == ["OK", "OK", "OK", "COLLECTION_EXISTS"])
      #expect(enrolled.map(\.caller) == ["voiceprint", "key:7 Öl", "key:7 Öl", "key:7 Öl"])
      #expect(enrolled[2].tenant == "acme" && enrolled[2].count == 2 && enrolled[2].collection == "team")
      #expect(enrolled[2].speaker == "ann" && enrolled[2].person.count == 36)

      _ = try await storage.speakers.deleteSpeaker(SpeakerID("ann"), in: team)
      await #expect(throws: RecognitionError.self) {
        _ = try await storage.speakers.deleteSpeaker(SpeakerID("ann"), in: team)
      }
      var filter = AuditFilter()
      (filter.action, filter.collection) = ("person", "team")
      let all = try await reader(storage).list(filter)
      #expect(all.map(\.outcome) == ["OK", "OK", "SPEAKER_NOT_FOUND"])
      #expect(all[1].person == enrolled[2].person && all[1].speaker == nil)
      #expect(all.allSatisfy { !"\($0)".contains("ann") && !"\($0)".contains("Ann") })
      #expect(try await reader(storage).verify() == .whole(reader(storage).anchor()))
    }

    @Test("A change that is rolled back leaves no row and no gap")
    func rolledBack() async throws {
      struct Failure: Error {}
      let (storage, epoch, _) = try await makeStorage()
      await #expect(throws: RecognitionError.self) {
        try await storage.database.write { [audit = storage.database.audit] connection in
          try audit.append(AuditEntry(.enroll), connection)
          throw Failure()
        }
      }
      try await storage.speakers.enroll(enrolment("ann", [ann], epoch: epoch))
      #expect(try await reader(storage).list(AuditFilter()).map(\.sequence) == [1, 2])
    }

    @Test("Rows cannot be changed, removed or cut off, not even by the database's owner's statements")
    func appendOnly() async throws {
      let (storage, _, url) = try await makeStorage()
      for statement in ["UPDATE audit SET caller = 'x'", "DELETE FROM audit", "TRUNCATE audit"] {
        let error = await #expect(throws: PostgresError.self) { try await run(statement, url) }
        #expect(error?.message.contains("never changed") == true)
      }
      #expect(try await reader(storage).verify() == .whole(reader(storage).anchor()))
    }

    @Test(
      "Whatever somebody does to the rows behind the triggers, the verifier names the first row that is not right",
      arguments: [
        ("UPDATE audit SET caller = 'nobody' WHERE sequence = 3", 3, "was changed"),
        ("UPDATE audit SET calls = calls + 1 WHERE sequence = 1", 1, "was changed"),
        ("UPDATE audit SET made_at = made_at + interval '1 microsecond' WHERE sequence = 2", 2, "was changed"),
        // A field's end moved into the next one.
        ("UPDATE audit SET action = action || '1', collection = '' WHERE sequence = 4", 4, "was changed"),
        ("DELETE FROM audit WHERE sequence = 2", 2, "is missing"),
        ("DELETE FROM audit WHERE sequence = 5", 5, "is missing"),
        ("UPDATE audit SET sequence = CASE sequence WHEN 2 THEN -3 ELSE -2 END WHERE sequence IN (2, 3); "
          + "UPDATE audit SET sequence = -sequence WHERE sequence < 0", 2, "does not follow"),
        ("UPDATE audit SET caller = 'x', hash = repeat('1', 64) WHERE sequence = 3", 3, "was changed"),
      ])
    func tampering(statement: String, row: Int64, what: String) async throws {
      let (storage, epoch, url) = try await makeStorage()
      for _ in 0..<4 { try await storage.speakers.enroll(enrolment("ann", [ann], epoch: epoch)) }
      #expect(try await reader(storage).anchor().sequence == 5)
      try await run("ALTER TABLE audit DISABLE TRIGGER ALL", url)
      try await run(statement, url)
      guard case .broken(let sequence, let problem) = try await reader(storage).verify() else {
        Issue.record("the verifier found nothing")
        return
      }
      #expect(sequence == row && problem.contains(what))
    }

    @Test("A log that was written anew, or cut off, is whole by itself and not with an anchor of before")
    func anchors() async throws {
      let (storage, epoch, url) = try await makeStorage()
      for _ in 0..<3 { try await storage.speakers.enroll(enrolment("ann", [ann], epoch: epoch)) }
      let kept = try await reader(storage).anchor()
      try await storage.speakers.enroll(enrolment("ann", [ann], epoch: epoch))
      #expect(try await reader(storage).verify(AuditAnchor(kept.text)) == .whole(reader(storage).anchor()))
      try await run(
        """
        CREATE TEMP TABLE old AS SELECT * FROM audit; ALTER TABLE audit DISABLE TRIGGER voiceprint_refuse;
        DELETE FROM audit; UPDATE audit_head SET last_sequence = 0, last_hash = repeat('0', 64);
        INSERT INTO audit SELECT sequence, made_at, 'somebody else', tenant, program, action, collection, person,
          object, calls, outcome, '', '' FROM old WHERE sequence < 4 ORDER BY sequence;
        """, url)
      #expect(try await reader(storage).verify() == .whole(reader(storage).anchor()))
      guard case .broken(4, let shorter) = try await reader(storage).verify(kept) else {
        Issue.record("the anchor beyond the end was not missed")
        return
      }
      #expect(shorter.contains("the anchor is of row 4"))
      try await storage.speakers.enroll(enrolment("ann", [ann], epoch: epoch))
      guard case .broken(4, let other) = try await reader(storage).verify(kept) else {
        Issue.record("another row 4 was taken for the anchor's")
        return
      }
      #expect(other.contains("is not the row of the anchor"))
    }

    @Test("Many registries that write at once make one chain without a gap")
    func together() async throws {
      let (first, epoch, url) = try await makeStorage()
      let registries = [first, storage(on: url), storage(on: url)]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<60 {
          group.addTask {
            let speakers = registries[number % 3].speakers
            try await speakers.enroll(enrolment("p\(number)", [ann], epoch: epoch))
            if number % 4 == 0 { _ = try await speakers.deleteSpeaker(SpeakerID("p\(number)"), in: .standard) }
          }
        }
        try await group.waitForAll()
      }
      let end = try await reader(first).anchor()
      #expect(end.sequence == 76)
      #expect(try await reader(first).verify() == .whole(end))
    }

    @Test("Calls that only read are counted, written one by one, or not at all", arguments: CallAuditing.allCases)
    func calls(_ mode: CallAuditing) async throws {
      let (_, epoch, url) = try await makeStorage()
      let storage = RegistryStorage(
        PostgresOptions(url: url), poolSize: 2, compute: compute, calls: mode, logger: logger)
      try await storage.speakers.enroll(enrolment("ann", [ann], epoch: epoch))
      let voiceprint = Voiceprint(values: ann, epoch: epoch)
      for _ in 0..<3 { _ = try await storage.speakers.search(voiceprint, in: .standard, topK: 1) }
      _ = try await storage.speakers.verify(voiceprint, as: SpeakerID("ann"), in: .standard)
      await #expect(throws: RecognitionError.self) {
        try await storage.speakers.verify(voiceprint, as: SpeakerID("bob"), in: .standard)
      }
      try await storage.calls.writeCounts()
      let rows = try await reader(storage).list(AuditFilter()).dropFirst(2)
      let summary = rows.map { "\($0.action) \($0.count) \($0.outcome) \($0.speaker ?? "")" }
      switch mode {
      case .none: #expect(summary.isEmpty)
      case .counts:
        #expect(
          summary.sorted() == ["person.identify 3 OK ", "person.verify 1 OK ", "person.verify 1 SPEAKER_NOT_FOUND "])
      case .each:
        #expect(
          summary == [String](repeating: "person.identify 1 OK ", count: 3)
            + ["person.verify 1 OK ann", "person.verify 1 SPEAKER_NOT_FOUND "])
      }
    }

    private func run(_ statements: String, _ url: String) async throws {
      let connection = PostgresConnection(PostgresOptions(url: url), logger: logger)
      try await connection.perform { try $0.script(statements) }
      await connection.close()
    }
  }
}
