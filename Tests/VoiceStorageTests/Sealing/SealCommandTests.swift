import Synchronization
import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct SealCommandTests {
    /// A vector of its own for each number.
    private func vector(_ number: Int) -> [Float] { [1, Float(number), Float(number * number % 17), 2] }

    private func operatorStorage(_ url: String, _ keys: KeyRing?) -> OperatorStorage {
      OperatorStorage(PostgresOptions(url: url), keys: keys, logger: logger)
    }

    @Test("All that was plain is sealed, batch by batch, while people are enrolled, found and deleted")
    func sealing() async throws {
      let (plain, epoch, url) = try await makeStorage()
      for number in 0..<60 {
        try await plain.speakers.enroll(enrolment("p\(number)", [vector(number), vector(number + 1)], epoch: epoch))
      }
      let operating = operatorStorage(url, try ring())
      var status = try await operating.vault.status()
      #expect(status.plain == 180 && status.sealed == 0 && status.peopleByKey == [:] && status.currentKey == nil)
      let query = Voiceprint(values: vector(3), epoch: epoch)
      let before = try await plain.speakers.search(query, in: .standard, topK: 1000)

      let registry = storage(on: url, keys: try ring())
      let steps = Mutex<[Int]>([])
      async let sealed = operating.vault.seal(batch: 7) { done, _ in steps.withLock { $0.append(done) } }
      for number in 0..<40 {
        switch number % 4 {
        case 0: try await registry.speakers.enroll(enrolment("p\(number)", [vector(number)], epoch: epoch))
        case 1: _ = try await registry.speakers.deleteSpeaker(SpeakerID("p\(number)"), in: .standard)
        case 2: try await registry.speakers.enroll(enrolment("new\(number)", [vector(number)], epoch: epoch))
        default: #expect(try await registry.speakers.found(vector(3), epoch: epoch).contains("p\(number)"))
        }
      }
      #expect(try await sealed > 0)
      #expect(steps.withLock { $0 == $0.sorted() && $0.count > 5 })
      status = try await operating.vault.status()
      #expect(status.plain == 0 && status.looselyBound == 0)
      let people = try await registry.speakers.collection(.standard).speakerCount
      let key = try serviceKey().id
      #expect(status.peopleByKey == [key: people] && status.currentKey == key)

      let strict = storage(on: url, keys: try ring(), sealing: .all)
      let after = try await strict.speakers.search(query, in: .standard, topK: 1000)
      #expect(after.gallerySize == people)
      // Whoever was left alone has the same score as before, to the bit.
      let scores = Dictionary(uniqueKeysWithValues: before.matches.map { ($0.speaker, $0.score) })
      for match in after.matches where scores[match.speaker] != nil {
        guard let number = Int(match.speaker.value.dropFirst()), number % 4 != 0 || number >= 40 else { continue }
        #expect(match.score == scores[match.speaker], "\(match.speaker)")
      }
      #expect(try await operating.vault.seal() == 0)
      try await operating.close()
    }

    @Test("An interrupted sealing goes on where it was")
    func interrupted() async throws {
      let (plain, epoch, url) = try await makeStorage()
      for number in 0..<30 {
        try await plain.speakers.enroll(enrolment("p\(number)", [vector(number)], epoch: epoch))
      }
      let operating = operatorStorage(url, try ring())
      let first = Task { try await operating.vault.seal(batch: 4) { done, _ in
        if done >= 8 { withUnsafeCurrentTask { $0?.cancel() } }
      } }
      await #expect { _ = try await first.value } throws: { isError($0, .cancelled, "CANCELLED") }
      let between = try await operating.vault.status()
      #expect(between.plain > 0 && between.sealed >= 16)
      #expect(try await operating.vault.seal() == between.plain)
      #expect(try await operating.vault.status().plain == 0)
      let strict = storage(on: url, keys: try ring(), sealing: .all)
      #expect(try await strict.speakers.found(vector(1), epoch: epoch).count == 30)
      try await operating.close()
    }

    @Test("Sealing and rotating without a key is refused")
    func noKey() async throws {
      let (_, _, url) = try await makeStorage()
      let operating = operatorStorage(url, nil)
      await #expect { _ = try await operating.vault.seal() } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_MISSING")
      }
      await #expect { _ = try await operating.vault.rotate() } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_MISSING")
      }
      try await operating.close()
    }
  }
}
