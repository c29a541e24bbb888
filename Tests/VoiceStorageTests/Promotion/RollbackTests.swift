import Testing
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct RollbackTests {
    private let one: [UInt8] = [9, 1, 0, 0]
    private let two: [UInt8] = [0, 9, 1, 0]

    @Test("A rollback brings back the old epoch with all who were enrolled since")
    func rollback() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let replica = try world.replica()
      #expect(try await world.found(one, world.old, at: replica) == ["ann"])
      let promotion = try await world.start()
      #expect(try await world.promote() == .flipped)
      try await world.enroll("ann", two, epoch: world.new)
      try await world.enroll("bob", two, epoch: world.new)
      #expect(try await world.found(two, world.new, at: replica) == ["bob", "ann"])

      let back = try await world.storage.promotions.rollBack(promotion.id)
      #expect(back.rollsBack == promotion.id && back.utterancesTotal == 3 && back.utterancesDone == 1)
      #expect(try await world.promote() == .flipped)
      #expect(try await world.state(promotion) == .rolledBack)
      #expect(try await world.state(back) == .draining)
      for storage in [world.storage, replica] {
        #expect(try await world.found(two, world.old, at: storage) == ["bob", "ann"])
      }
      #expect(try await world.storage.speakers.speaker(SpeakerID("ann"), in: world.collection).epoch == world.old)
      await #expect { _ = try await world.storage.promotions.rollBack(promotion.id) } throws: {
        isError($0, .failedPrecondition, "NOTHING_TO_ROLL_BACK")
      }
    }

    @Test("A promotion that is being rolled back is not finished meanwhile, however short its old epoch is kept")
    func notFinished() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start(retain: 0)
      try await world.promote()
      _ = try await world.storage.promotions.rollBack(promotion.id)
      let lease = try await world.take()
      #expect(lease.promotion.rollsBack == promotion.id)
      #expect(try await world.storage.promotions.take(worker: "other", lease: .seconds(60)) == nil)
      #expect(try await world.storage.promotions.flip(lease) == .flipped)
      #expect(try await world.found(one, world.old) == ["ann"])
    }

    @Test("The end of an older promotion leaves the voiceprints that a newer one may go back to")
    func overlapping() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let there = try await world.start(retain: 0)
      try await world.promote()
      let back = try await world.storage.promotions.rollBack(there.id)
      try await world.promote()
      #expect(try await world.state(there) == .rolledBack)
      // The promotion back keeps the second epoch for no time either: its end removes that one alone.
      try await world.storage.promotions.finish(world.take())
      #expect(try await world.state(back) == .finished)
      #expect(try await world.found(one, world.old) == ["ann"])
      #expect(try await rows(world.url, "SELECT 'x' FROM templates").count == 1)
    }

    @Test("Whoever is deleted during a promotion stays deleted, and the flip is not held up")
    func deletions() async throws {
      let world = try await PromotionWorld()
      let ann = try await world.enroll("ann", one)
      try await world.enroll("ann", two)
      try await world.enroll("bob", one)
      try await world.enroll("cyd", two)
      _ = try await world.start()
      let store = world.storage.promotions
      let lease = try await store.advance(world.take(), to: .reembedding)
      let made = try await world.reembedded(store.unembedded(lease, limit: 10), world.new)
      #expect(made.count == 4)
      _ = try await world.storage.speakers.deleteSpeaker(SpeakerID("bob"), in: world.collection)
      _ = try await world.storage.speakers.deleteUtterance(
        ann.utterances[0].id, of: SpeakerID("ann"), in: world.collection)
      try await store.store(lease, made)
      // Deleted after its voiceprint was made: the template of the new epoch goes too.
      _ = try await world.storage.speakers.deleteSpeaker(SpeakerID("cyd"), in: world.collection)
      #expect(try await store.flip(lease) == .flipped)
      #expect(try await world.found(two, world.new) == ["ann"])
      let match = try await world.storage.speakers.verify(
        world.voiceprint(two, world.new), as: SpeakerID("ann"), in: world.collection)
      #expect(abs(match.score - 1) < 1e-6)
    }

    @Test("Deleting a collection ends its promotion and takes the worker's lease")
    func deletedCollection() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start()
      let lease = try await world.take()
      _ = try await world.storage.speakers.deleteCollection(world.collection)
      await #expect { _ = try await world.storage.promotions.flip(lease) } throws: {
        isError($0, .aborted, "LEASE_LOST")
      }
      await #expect { _ = try await world.state(promotion) } throws: {
        isError($0, .notFound, "PROMOTION_NOT_FOUND")
      }
    }
  }
}
