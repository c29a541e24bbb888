import Synchronization
import Testing
import VoiceRecognition
import VoiceStorage

/// Who was enrolled so far, with the byte of the recording, and whether it is enough.
private final class Load: Sendable {
  private let people = Mutex<[String: UInt8]>([:])
  private let stopped = Atomic(false)

  var isOver: Bool { stopped.load(ordering: .acquiring) }
  var enrolled: [String: UInt8] { people.withLock { $0 } }
  func add(_ name: String, _ byte: UInt8) { people.withLock { $0[name] = byte } }
  func stop() { stopped.store(true, ordering: .releasing) }
}

extension StorageTests {
  @Suite struct FlipUnderLoadTests {
    @Test("An enrolment whose answer was lost, tried again after the flip, is answered and not done twice")
    func retriedAfterFlip() async throws {
      let world = try await PromotionWorld()
      func enroll(_ epoch: EpochName) async throws -> EnrolmentResult {
        let recording: [UInt8] = [9, 1, 0, 0]
        return try await world.storage.speakers.enroll(
          enrolment(
            "ann", [world.voiceprint(recording, epoch).values], epoch: epoch, in: world.collection, requestID: "r",
            recording: Recording(content: recording)))
      }
      #expect(try await enroll(world.old).replayed == false)
      _ = try await world.start()
      #expect(try await world.promote() == .flipped)
      await #expect { _ = try await enroll(world.old) } throws: {
        isError($0, .failedPrecondition, "EPOCH_MISMATCH")
      }
      let again = try await enroll(world.new)
      #expect(again.replayed && again.speaker.utterances.count == 1)
      #expect(try await rows(world.url, "SELECT 'x' FROM utterances").count == 1)
    }

    @Test("While people are enrolled and searched at two replicas, flips lose nobody and every answer is of one epoch")
    func load() async throws {
      let world = try await PromotionWorld()
      let replicas = [world.storage, try world.replica()]
      let load = Load()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<4 {
          group.addTask {
            var number = 0
            while !load.isOver {
              let (name, byte) = ("w\(writer)-\(number)", UInt8(number % 250 + 1))
              try await Self.repeating(world, at: replicas[writer % 2]) { epoch in
                _ = try await world.enroll(name, [200, byte, 0, 1], epoch: epoch, at: replicas[writer % 2])
              }
              load.add(name, byte)
              number += 1
            }
          }
        }
        group.addTask {
          while !load.isOver {
            let known = load.enrolled
            guard let (name, byte) = known.randomElement() else { continue }
            try await Self.repeating(world, at: replicas[1]) { epoch in
              let found = try await world.found([200, byte, 0, 1], epoch, at: replicas[1])
              #expect(found.contains(name))
              #expect(found.count >= min(known.count, 1000))
            }
          }
        }
        for epoch in [world.new, world.old, world.new] {
          _ = try await world.storage.promotions.start(world.plan(to: epoch))
          let lease = try await world.storage.promotions.advance(world.take(), to: .reembedding)
          try await world.reembed(lease)
          if try await world.storage.promotions.flip(lease) == .flipped { continue }
          // Enrolments come without a pause: the flip would find a new one every time.
          try await world.storage.promotions.holdingEnrolments(lease) {
            try await world.reembed(lease)
            #expect(try await world.storage.promotions.flip(lease) == .flipped)
          }
        }
        load.stop()
        try await group.waitForAll()
      }
      let all = load.enrolled
      #expect(try await world.storage.speakers.collection(world.collection).speakerCount == all.count)
      for storage in replicas {
        let found = try await world.found([200, 1, 0, 1], world.new, at: storage)
        #expect(Set(found) == Set(all.keys.prefix(1000)) || all.count > 1000)
      }
      for (name, byte) in all {
        let match = try await world.storage.speakers.verify(
          world.voiceprint([200, byte, 0, 1], world.new), as: SpeakerID(name), in: world.collection)
        #expect(abs(match.score - 1) < 1e-6)
      }
    }

    /// Calls with the collection's epoch, and again with the new one when it was flipped in between.
    private static func repeating(
      _ world: PromotionWorld, at storage: RegistryStorage,
      _ call: @Sendable (EpochName) async throws -> Void
    ) async throws {
      for attempt in 0..<10 {
        let epoch = try await storage.speakers.collection(world.collection).epoch
        do { return try await call(epoch) } catch let error as RecognitionError
        where error.reason == "EPOCH_MISMATCH" && attempt < 9 { continue }
      }
    }
  }
}
