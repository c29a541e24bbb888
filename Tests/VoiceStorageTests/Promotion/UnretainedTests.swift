import Testing
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct UnretainedTests {
    private let one: [UInt8] = [9, 1, 0, 0]

    /// Two people with a recording and three without.
    private func world() async throws -> PromotionWorld {
      let world = try await PromotionWorld()
      for name in ["ann", "bob"] { try await world.enroll(name, one) }
      for name in ["c", "d", "e"] { try await world.enroll(name, one, retained: false) }
      try await world.enroll("ann", one, retained: false)
      return world
    }

    @Test("With the policy fail, people without audio stop the promotion before the flip, and are listed")
    func fails() async throws {
      let world = try await world()
      let promotion = try await world.start()
      #expect(promotion.speakersWithoutAudio == 3)
      #expect(try await world.promote() == .refused(speakersWithoutAudio: 3))
      let failed = try await world.storage.promotions.promotion(promotion.id)
      #expect(failed.state == .failed && failed.error.hasPrefix("SPEAKERS_WITHOUT_AUDIO") && failed.error.contains("3"))
      #expect(try await world.found(one, world.old).count == 5)
      #expect(try await rows(world.url, "SELECT 'x' FROM templates").count == 5)

      var listed: [String] = []
      var token = ""
      repeat {
        let page = try await world.storage.promotions.speakersWithoutAudio(
          in: world.collection, epoch: world.new, PageRequest(size: 2, token: token))
        listed += page.elements.map(\.value)
        token = page.nextToken
      } while !token.isEmpty
      #expect(listed == ["c", "d", "e"])
      let known = try await world.storage.promotions.speakersWithoutAudio(
        in: world.collection, epoch: world.old, PageRequest())
      #expect(known.elements.isEmpty)
    }

    @Test("With the policy proceed they need to be enrolled anew: told, listed, not found, and mended by an enrolment")
    func proceeds() async throws {
      let world = try await world()
      _ = try await world.start(policy: .proceed)
      #expect(try await world.promote() == .flipped)
      #expect(try await world.found(one, world.new) == ["ann", "bob"])
      let store = world.storage.speakers
      #expect(try await store.speaker(SpeakerID("c"), in: world.collection).needsReenrollment)
      #expect(try await !store.speaker(SpeakerID("ann"), in: world.collection).needsReenrollment)
      func needing() async throws -> [String] {
        let page = try await store.speakers(in: world.collection, PageRequest(), needingReenrollment: true)
        return page.elements.map(\.id.value)
      }
      #expect(try await needing() == ["c", "d", "e"])
      #expect(try await store.speakers(in: world.collection, PageRequest()).elements.count == 5)
      await #expect {
        _ = try await store.verify(world.voiceprint(one, world.new), as: SpeakerID("c"), in: world.collection)
      } throws: {
        isError($0, .failedPrecondition, "NEEDS_REENROLLMENT")
      }
      let mended = try await world.enroll("c", one, epoch: world.new)
      #expect(!mended.needsReenrollment && mended.utterances.count == 2)
      #expect(try await needing() == ["d", "e"])
      #expect(try await Set(world.found(one, world.new)) == ["ann", "bob", "c"])
    }

    @Test("Somebody who is enrolled without audio during a promotion counts at its flip")
    func late() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start()
      #expect(promotion.speakersWithoutAudio == 0)
      let lease = try await world.storage.promotions.advance(world.take(), to: .reembedding)
      try await world.reembed(lease)
      try await world.enroll("late", one, retained: false)
      #expect(try await world.storage.promotions.flip(lease) == .refused(speakersWithoutAudio: 1))
      #expect(try await world.storage.promotions.promotion(promotion.id).speakersWithoutAudio == 1)
      #expect(try await world.found(one, world.old).count == 2)
    }
  }
}
