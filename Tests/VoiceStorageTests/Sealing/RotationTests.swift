import FoundationEssentials
import TestSupport
import Testing
import VoiceConcurrency
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct RotationTests {
    private let sealed = CollectionNames.sealed
    private func vector(_ number: Int) -> [Float] { [1, Float(number), Float(number * number % 17), 2] }
    private func recording(_ number: Int) -> Recording { Recording(content: Array("speech \(number)".utf8)) }

    /// A collection that retains audio with some people in it.
    private func world(_ keys: KeyRing, people: Int) async throws -> (EpochName, url: String) {
      let (_, epoch, url) = try await makeStorage()
      let storage = storage(on: url, keys: keys)
      _ = try await storage.speakers.createCollection(sealed, epoch: nil, retainAudio: .encrypted)
      for number in 0..<people { try await enroll("p\(number)", number, epoch, at: storage) }
      return (epoch, url)
    }

    @discardableResult
    private func enroll(_ name: String, _ number: Int, _ epoch: EpochName, at storage: RegistryStorage) async throws
      -> Speaker
    {
      try await storage.speakers.enroll(
        enrolment(name, [vector(number)], epoch: epoch, in: sealed, recording: recording(number))
      ).speaker
    }

    private func operatorStorage(_ url: String, _ keys: KeyRing) -> OperatorStorage {
      OperatorStorage(PostgresOptions(url: url), keys: keys, logger: logger)
    }

    @Test("All keys are wrapped anew under load, no call fails, and then everything works with the old key gone")
    func underLoad() async throws {
      let folder = try TemporaryFolder()
      let path = folder.file("service.keys")
      var file = try KeyFile(path: path)
      let old = try file.addKey()
      try file.write()
      let (epoch, url) = try await world(KeyRing(file: path), people: 100)
      // Two registries that were started with the old key alone, and are not started again.
      let registries = try (0..<2).map { _ in storage(on: url, keys: try KeyRing(file: path)) }
      let new = try file.addKey()
      try file.write()

      let over = CancellationFlag()
      let load = Task { try await self.load(registries, epoch, until: over) }
      let operating = operatorStorage(url, try KeyRing(file: path))
      let rotated = try await operating.vault.rotate(batch: 5)
      over.cancel()
      let enrolled = try await load.value
      #expect(rotated >= 90 && !enrolled.isEmpty)

      var status = try await operating.vault.status()
      #expect(Array(status.peopleByKey.keys) == [new.id] && status.currentKey == new.id)
      try file.removeKey(old.id)
      try file.write()
      let fresh = storage(on: url, keys: try KeyRing(file: path), sealing: .all)
      let people = try await fresh.speakers.speakers(in: sealed, PageRequest(size: 1000)).elements
      #expect(Set(people.map(\.id.value)).isSuperset(of: enrolled))
      for person in people {
        let number = Int(person.id.value.drop { !$0.isNumber }) ?? -1
        let match = try await fresh.speakers.verify(
          Voiceprint(values: vector(number), epoch: epoch), as: person.id, in: sealed)
        #expect(abs(match.score - 1) < 1e-6)
        #expect(try await fresh.speakers.recording(of: person.utterances[0].id) == recording(number))
      }
      // The registries that have read the file while it held both go on as well.
      try await enroll("late1", 1, epoch, at: registries[0])
      status = try await operating.vault.status()
      #expect(Array(status.peopleByKey.keys) == [new.id])
      try await operating.close()
    }

    /// Enrols, finds and deletes people without a pause; gives who was enrolled and not deleted.
    private func load(
      _ registries: [RegistryStorage], _ epoch: EpochName, until over: CancellationFlag
    ) async throws -> Set<String> {
      try await withThrowingTaskGroup(of: Set<String>.self) { group in
        for worker in 0..<4 {
          group.addTask {
            var enrolled: Set<String> = []
            var number = 1000 * (worker + 1)
            repeat {
              let registry = registries[number % 2]
              number += 1
              try await self.enroll("w\(number)", number, epoch, at: registry)
              let other = registries[number % 2].speakers
              let found = try await other.found(self.vector(number), epoch: epoch, in: self.sealed)
              #expect(found.contains("w\(number)"))
              if number % 3 == 0 {
                _ = try await registry.speakers.deleteSpeaker(SpeakerID("w\(number)"), in: self.sealed)
              } else {
                enrolled.insert("w\(number)")
              }
            } while !over.isCancelled
            return enrolled
          }
        }
        return try await group.reduce(into: []) { $0.formUnion($1) }
      }
    }

    @Test("After a rotation nobody wraps with the old key: who has it alone is told which key is missing")
    func fence() async throws {
      let (epoch, url) = try await world(ring(7), people: 3)
      let behind = storage(on: url, keys: try ring(7))
      #expect(try await behind.speakers.found(vector(0), epoch: epoch, in: sealed).count == 3)
      let operating = operatorStorage(url, try ring(8, 7))
      #expect(try await operating.vault.rotate() == 3)
      await #expect { try await enroll("late", 1, epoch, at: behind) } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_UNKNOWN")
      }
      // What it had in memory it answers with.
      #expect(try await behind.speakers.found(vector(0), epoch: epoch, in: sealed).count == 3)
      #expect(try await operating.vault.rotate() == 0)
      // A service whose file has the old key first wraps with the new one all the same.
      try await enroll("other", 1, epoch, at: storage(on: url, keys: ring(7, 8)))
      #expect(try await operating.vault.status().peopleByKey == [try serviceKey(8).id: 4])
      try await operating.close()
    }

    @Test("An interrupted rotation goes on; without a key that is still in use it is refused")
    func interrupted() async throws {
      let (epoch, url) = try await world(ring(7), people: 30)
      let operating = operatorStorage(url, try ring(8, 7))
      let first = Task { try await operating.vault.rotate(batch: 4) { done, _ in
        if done >= 8 { withUnsafeCurrentTask { $0?.cancel() } }
      } }
      await #expect { _ = try await first.value } throws: { isError($0, .cancelled, "CANCELLED") }
      let between = try await operating.vault.status().peopleByKey
      #expect(between.count == 2 && between.values.reduce(0, +) == 30)
      let lacking = operatorStorage(url, try ring(8))
      await #expect { _ = try await lacking.vault.rotate() } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_UNKNOWN")
      }
      #expect(try await operating.vault.rotate() == between[serviceKey(7).id])
      let fresh = storage(on: url, keys: try ring(8))
      #expect(try await fresh.speakers.found(vector(0), epoch: epoch, in: sealed).count == 30)
      try await operating.close()
      try await lacking.close()
    }

    @Test("Keys of before schema step 9 are read, and bound to the person by sealing")
    func olderBinding() async throws {
      let (epoch, url) = try await world(ring(7), people: 0)
      // Where sealing is off, keys are wrapped as they were then.
      try await enroll("ann", 1, epoch, at: storage(on: url, keys: ring(7), sealing: .none))
      let operating = operatorStorage(url, try ring(8, 7))
      #expect(try await operating.vault.status().looselyBound == 1)
      #expect(try await operating.vault.rotate() == 1)
      #expect(try await operating.vault.status().looselyBound == 1)
      let utterance = try await rows(url, "SELECT utterance_id FROM utterances")[0]
      #expect(try await storage(on: url, keys: ring(8)).speakers.recording(of: utterance) == recording(1))
      #expect(try await operating.vault.seal() == 2)
      let status = try await operating.vault.status()
      let key = try serviceKey(8).id
      #expect(status.looselyBound == 0 && status.plain == 0 && status.peopleByKey == [key: 1])
      #expect(try await storage(on: url, keys: ring(8)).speakers.recording(of: utterance) == recording(1))
      _ = try await rows(url, "UPDATE speakers SET speaker_id = 'eve' RETURNING 'x'")
      await #expect { _ = try await storage(on: url, keys: ring(8)).speakers.recording(of: utterance) } throws: {
        isError($0, .dataLoss, "STORED_DATA_DAMAGED")
      }
      try await operating.close()
    }
  }
}
