import Testing
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct EnrolmentTests {
    @Test("A person is enrolled, read, found and verified")
    func roundTrip() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let result = try await storage.speakers.enroll(
        enrolment(
          "ann", [[2, 0, 0, 0], [0, 0, 3, 0]], epoch: epoch, displayName: "Ann", labels: ["team": "a", "note": ""]))
      #expect(result.created && !result.replayed)
      let ann = try await storage.speakers.speaker(SpeakerID("ann"), in: .standard)
      #expect(ann == result.speaker)
      #expect(ann.displayName == "Ann" && ann.labels == ["team": "a", "note": ""] && ann.epoch == epoch)
      #expect(ann.utterances.count == 2 && Set(ann.utterances.map(\.id)).count == 2)
      #expect(ann.utterances[0].report.warnings == [.short] && ann.utterances[0].report.rmsDBFS == -.infinity)

      let query = Voiceprint(values: [1, 0, 0, 0], epoch: epoch)
      let match = try await storage.speakers.verify(query, as: SpeakerID("ann"), in: .standard)
      #expect(abs(match.score - 0.5.squareRoot()) < 1e-6 && match.displayName == "Ann")
      let search = try await storage.speakers.search(query, in: .standard, topK: 5)
      #expect(search.matches == [match] && search.gallerySize == 1)
      #expect(try await storage.speakers.collection(.standard).speakerCount == 1)
    }

    @Test("A second enrolment adds utterances, keeps the name that is not given and merges labels")
    func again() async throws {
      let (storage, epoch, _) = try await makeStorage()
      try await storage.speakers.enroll(
        enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, displayName: "Ann", labels: ["a": "1", "b": "2"]))
      let result = try await storage.speakers.enroll(
        enrolment("ann", [[0, 1, 0, 0]], epoch: epoch, labels: ["b": "3"]))
      #expect(!result.created)
      #expect(result.speaker.displayName == "Ann" && result.speaker.labels == ["a": "1", "b": "3"])
      #expect(result.speaker.utterances.count == 2)
      #expect(result.speaker.updateTime > result.speaker.createTime)
      let match = try await storage.speakers.verify(
        Voiceprint(values: [1, 0, 0, 0], epoch: epoch), as: SpeakerID("ann"), in: .standard)
      #expect(abs(match.score - 0.5.squareRoot()) < 1e-6)
      #expect(try await storage.speakers.collection(.standard).speakerCount == 1)
    }

    @Test("More labels than a person may have are refused, also when they come one by one")
    func labels() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let many = Dictionary(uniqueKeysWithValues: (0..<Enrolment.maximumLabels).map { ("\($0)", "x") })
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, labels: many))
      await #expect {
        try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, labels: ["more": "x"]))
      } throws: {
        isError($0, .invalidArgument, "INVALID_FIELD")
      }
      #expect(try await storage.speakers.speaker(SpeakerID("ann"), in: .standard).utterances.count == 1)
    }

    @Test("Voiceprints of another epoch, another size and without direction are refused, and nothing is enrolled")
    func wrongVoiceprints() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let other = try EpochName("Other-1")
      await #expect { try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: other)) } throws: {
        isError($0, .failedPrecondition, "EPOCH_MISMATCH")
      }
      for vector: [Float] in [[1, 0, 0], [1, 0, 0, 0, 0], [], [0, 0, 0, 0], [1, .nan, 0, 0], [.infinity, 0, 0, 0]] {
        await #expect {
          try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0], vector], epoch: epoch))
        } throws: {
          isError($0, .invalidArgument, "BAD_EMBEDDING")
        }
        await #expect(throws: RecognitionError.self) { try await storage.speakers.found(vector, epoch: epoch) }
      }
      await #expect { try await storage.speakers.found([1, 0, 0, 0], epoch: other) } throws: {
        isError($0, .failedPrecondition, "EPOCH_MISMATCH")
      }
      #expect(try await storage.speakers.collection(.standard).speakerCount == 0)
    }

    @Test("Two utterances that cancel each other out make no template and leave nothing behind")
    func cancelling() async throws {
      let (storage, epoch, _) = try await makeStorage()
      await #expect {
        try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0], [-1, 0, 0, 0]], epoch: epoch))
      } throws: {
        isError($0, .invalidArgument, "BAD_EMBEDDING")
      }
      #expect(try await storage.speakers.speakers(in: .standard, PageRequest()).elements.isEmpty)
    }

    @Test("The same request id again enrols nothing and gives the first answer")
    func replay() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let request = try enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, displayName: "Ann", requestID: "r1")
      let first = try await storage.speakers.enroll(request)
      try await storage.speakers.enroll(enrolment("ann", [[0, 1, 0, 0]], epoch: epoch, displayName: "Anne"))
      let second = try await storage.speakers.enroll(request)
      #expect(second.replayed && second.created && second.speaker == first.speaker)
      #expect(try await storage.speakers.speaker(SpeakerID("ann"), in: .standard).utterances.count == 2)
    }

    @Test("One request id that arrives many times at once, at two replicas, enrols once")
    func concurrentReplay() async throws {
      let (first, epoch, url) = try await makeStorage()
      let replicas = [first, storage(on: url)]
      let request = try enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, requestID: "r1")
      let results = try await withThrowingTaskGroup(of: EnrolmentResult.self) { group in
        for index in 0..<16 { group.addTask { try await replicas[index % 2].speakers.enroll(request) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.filter { !$0.replayed }.count == 1)
      #expect(Set(results.map(\.speaker)).count == 1)
      #expect(try await first.speakers.speaker(SpeakerID("ann"), in: .standard).utterances.count == 1)
    }

    @Test("A request id of another person is refused; in another collection it is another request")
    func reusedRequestID() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let other = try CollectionName("other")
      _ = try await storage.speakers.createCollection(other, epoch: nil)
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, requestID: "r"))
      await #expect {
        try await storage.speakers.enroll(enrolment("bob", [[1, 0, 0, 0]], epoch: epoch, requestID: "r"))
      } throws: {
        isError($0, .alreadyExists, "REQUEST_ID_REUSED")
      }
      let result = try await storage.speakers.enroll(
        enrolment("bob", [[1, 0, 0, 0]], epoch: epoch, in: other, requestID: "r"))
      #expect(result.created && !result.replayed)
    }

    @Test("A failed enrolment frees its request id, and deleting a person forgets the answers")
    func freedRequestID() async throws {
      let (storage, epoch, _) = try await makeStorage()
      await #expect(throws: RecognitionError.self) {
        try await storage.speakers.enroll(enrolment("ann", [[0, 0, 0, 0]], epoch: epoch, requestID: "r"))
      }
      let request = try enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, requestID: "r")
      #expect(try await !storage.speakers.enroll(request).replayed)
      _ = try await storage.speakers.deleteSpeaker(SpeakerID("ann"), in: .standard)
      let again = try await storage.speakers.enroll(request)
      #expect(again.created && !again.replayed)
    }

    @Test("Many enrolments of few people at once, at two replicas: all utterances count and the template is of all")
    func concurrent() async throws {
      let (first, epoch, url) = try await makeStorage()
      let replicas = [first, storage(on: url)]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<40 {
          group.addTask {
            let vector: [Float] = index % 2 == 0 ? [1, 0, 0, 0] : [0, 1, 0, 0]
            try await replicas[index / 2 % 2].speakers.enroll(enrolment("p\(index % 4 / 2)", [vector], epoch: epoch))
          }
        }
        try await group.waitForAll()
      }
      for name in ["p0", "p1"] {
        let speaker = try await first.speakers.speaker(SpeakerID(name), in: .standard)
        #expect(speaker.utterances.count == 20)
        for vector: [Float] in [[1, 0, 0, 0], [0, 1, 0, 0]] {
          let match = try await first.speakers.verify(
            Voiceprint(values: vector, epoch: epoch), as: SpeakerID(name), in: .standard)
          #expect(abs(match.score - 0.5.squareRoot()) < 1e-6)
        }
      }
      #expect(try await first.speakers.collection(.standard).speakerCount == 2)
    }
  }
}
