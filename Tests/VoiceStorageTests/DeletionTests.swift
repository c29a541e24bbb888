import Testing
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct DeletionTests {
    @Test("A deleted person is gone from every answer, with all utterances")
    func speaker() async throws {
      let (storage, epoch, _) = try await makeStorage()
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0], [1, 1, 0, 0]], epoch: epoch))
      try await storage.speakers.enroll(enrolment("bob", [[0, 1, 0, 0]], epoch: epoch))
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann", "bob"])
      #expect(try await storage.speakers.deleteSpeaker(SpeakerID("ann"), in: .standard) == 2)
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["bob"])
      let query = Voiceprint(values: [1, 0, 0, 0], epoch: epoch)
      for call in [
        { _ = try await storage.speakers.speaker(SpeakerID("ann"), in: .standard) },
        { _ = try await storage.speakers.verify(query, as: SpeakerID("ann"), in: .standard) },
        { _ = try await storage.speakers.deleteSpeaker(SpeakerID("ann"), in: .standard) },
      ] {
        await #expect { try await call() } throws: { isError($0, .notFound, "SPEAKER_NOT_FOUND") }
      }
      #expect(try await storage.speakers.collection(.standard).speakerCount == 1)
    }

    @Test("The last person removed leaves an empty gallery that answers")
    func lastPerson() async throws {
      let (storage, epoch, _) = try await makeStorage()
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == [])
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch))
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann"])
      _ = try await storage.speakers.deleteSpeaker(SpeakerID("ann"), in: .standard)
      let result = try await storage.speakers.search(
        Voiceprint(values: [1, 0, 0, 0], epoch: epoch), in: .standard, topK: 1)
      #expect(result == SearchResult(matches: [], gallerySize: 0))
    }

    @Test("A deleted utterance leaves the template of the others; the last takes the person along")
    func utterance() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let ann = try SpeakerID("ann")
      let enrolled = try await storage.speakers.enroll(
        enrolment("ann", [[1, 0, 0, 0], [0, 1, 0, 0]], epoch: epoch)
      ).speaker.utterances
      let left = try await storage.speakers.deleteUtterance(enrolled[1].id, of: ann, in: .standard)
      #expect(left?.utterances == [enrolled[0]])
      let match = try await storage.speakers.verify(
        Voiceprint(values: [1, 0, 0, 0], epoch: epoch), as: ann, in: .standard)
      #expect(match.score == 1)
      for unknown in [enrolled[1].id, "", "x\u{0}y", "'; DROP TABLE utterances; --"] {
        await #expect {
          _ = try await storage.speakers.deleteUtterance(unknown, of: ann, in: .standard)
        } throws: {
          isError($0, .notFound, "UTTERANCE_NOT_FOUND")
        }
      }
      #expect(try await storage.speakers.deleteUtterance(enrolled[0].id, of: ann, in: .standard) == nil)
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == [])
      #expect(try await storage.speakers.collection(.standard).speakerCount == 0)
    }

    @Test("Another person's utterance cannot be deleted through a name that is not theirs")
    func othersUtterance() async throws {
      let (storage, epoch, _) = try await makeStorage()
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch))
      let bobs = try await storage.speakers.enroll(enrolment("bob", [[1, 0, 0, 0]], epoch: epoch)).speaker.utterances[0]
      await #expect(throws: RecognitionError.self) {
        _ = try await storage.speakers.deleteUtterance(bobs.id, of: SpeakerID("ann"), in: .standard)
      }
    }

    @Test("A deleted collection takes everyone along; one of the same name begins empty")
    func collection() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let name = try CollectionName("guests")
      _ = try await storage.speakers.createCollection(name, epoch: epoch)
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, in: name, requestID: "r"))
      try await storage.speakers.enroll(enrolment("bob", [[1, 0, 0, 0]], epoch: epoch, in: name))
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch, in: name).count == 2)
      #expect(try await storage.speakers.deleteCollection(name) == 2)
      await #expect { try await storage.speakers.found([1, 0, 0, 0], epoch: epoch, in: name) } throws: {
        isError($0, .notFound, "COLLECTION_NOT_FOUND")
      }
      await #expect { _ = try await storage.speakers.deleteCollection(name) } throws: {
        isError($0, .notFound, "COLLECTION_NOT_FOUND")
      }
      _ = try await storage.speakers.createCollection(name, epoch: epoch)
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch, in: name) == [])
      let result = try await storage.speakers.enroll(
        enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, in: name, requestID: "r"))
      #expect(result.created && !result.replayed)
    }

    @Test("Enrolling and deleting at once ends with everyone whole or gone")
    func concurrent() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let name = try CollectionName("guests")
      _ = try await storage.speakers.createCollection(name, epoch: epoch)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<30 {
          group.addTask {
            do {
              switch index % 3 {
              case 0, 1:
                try await storage.speakers.enroll(enrolment("p\(index % 2)", [[1, 0, 0, 0]], epoch: epoch, in: name))
              default: _ = try await storage.speakers.deleteSpeaker(SpeakerID("p\(index % 2)"), in: name)
              }
            } catch let error as RecognitionError where error.code == .notFound {}
          }
        }
        try await group.waitForAll()
      }
      let people = try await storage.speakers.speakers(in: name, PageRequest()).elements
      #expect(try await storage.speakers.collection(name).speakerCount == people.count)
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch, in: name).sorted() == people.map(\.id.value))
      #expect(people.allSatisfy { !$0.utterances.isEmpty })
    }
  }
}
