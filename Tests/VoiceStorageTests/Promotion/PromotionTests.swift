import Testing
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct PromotionTests {
    private let one: [UInt8] = [9, 1, 0, 0]
    private let two: [UInt8] = [0, 9, 1, 0]

    @Test("A promotion gives every template to the new epoch at once, and its end removes the old ones")
    func wholeWay() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      try await world.enroll("ann", two)
      try await world.enroll("bob", two)
      let replica = try world.replica()
      #expect(try await world.found(two, world.old, at: replica) == ["bob", "ann"])

      let checked = try await world.storage.promotions.start(world.plan(), validateOnly: true)
      #expect(checked.id.isEmpty && checked.utterancesTotal == 3 && checked.utterancesDone == 0)
      let promotion = try await world.start(retain: 0)
      #expect(promotion.state == .staging && promotion.fromEpoch == world.old && promotion.utterancesTotal == 3)
      #expect(try await world.promote() == .flipped)

      #expect(try await world.found(two, world.new, at: replica) == ["bob", "ann"])
      await #expect { _ = try await world.found(two, world.old, at: replica) } throws: {
        isError($0, .failedPrecondition, "EPOCH_MISMATCH")
      }
      let ann = try await world.storage.speakers.speaker(SpeakerID("ann"), in: world.collection)
      #expect(ann.epoch == world.new && ann.utterances.count == 2 && !ann.needsReenrollment)
      let match = try await replica.speakers.verify(
        world.voiceprint(two, world.new), as: SpeakerID("bob"), in: world.collection)
      #expect(abs(match.score - 1) < 1e-6)

      let drained = try await world.storage.promotions.promotion(promotion.id)
      #expect(drained.state == .draining && drained.utterancesDone == 3 && drained.flipTime != nil)
      try await world.storage.promotions.finish(world.take())
      #expect(try await world.state(promotion) == .finished)
      #expect(try await rows(world.url, "SELECT DISTINCT e.name FROM templates t JOIN epochs e USING (epoch_id)") == [
        world.new.value
      ])
      #expect(try await rows(world.url, "SELECT 'x' FROM utterance_embeddings").count == 3)
      #expect(try await world.storage.promotions.timeUntilWork() == nil)
    }

    @Test("A flip is refused as long as a recording lacks its voiceprint, and the old epoch serves")
    func incomplete() async throws {
      let world = try await PromotionWorld()
      for index in 0..<5 { try await world.enroll("p\(index)", [9, UInt8(index), 0, 0]) }
      let promotion = try await world.start()
      var lease = try await world.storage.promotions.advance(world.take(), to: .reembedding)
      try await world.reembed(lease, limit: 3)
      #expect(try await world.storage.promotions.promotion(promotion.id).utterancesDone == 3)
      lease = try await world.storage.promotions.advance(lease, to: .flipping)
      #expect(try await world.storage.promotions.flip(lease) == .incomplete(2))
      #expect(try await world.state(promotion) == .reembedding)
      #expect(try await world.found(one, world.old).count == 5)
      #expect(try await world.reembed(lease) == 2)
      try await world.enroll("late", one)
      #expect(try await world.storage.promotions.flip(lease) == .incomplete(1))
      try await world.reembed(lease)
      #expect(try await world.storage.promotions.flip(lease) == .flipped)
      #expect(try await world.found(one, world.new).count == 6)
    }

    @Test("Two workers never take one promotion, and one that lost it can do nothing")
    func fencing() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start()
      let store = world.storage.promotions
      let first = try await world.take("first", for: .milliseconds(50))
      #expect(first.token == 1 && first.promotion.id == promotion.id)
      #expect(try await store.take(worker: "second", lease: .seconds(60)) == nil)
      try await store.release(first, pause: .zero)
      let second = try await world.take("second")
      #expect(second.token == 2)
      let made = try await world.reembedded(
        store.unembedded(second, limit: 1), world.new)
      for call: @Sendable () async throws -> Void in [
        { _ = try await store.extend(first, by: .seconds(60)) }, { try await store.release(first, pause: .zero) },
        { _ = try await store.advance(first, to: .reembedding) }, { try await store.fail(first, "no reason") },
        { _ = try await store.unembedded(first, limit: 1) }, { try await store.store(first, made) },
        { _ = try await store.flip(first) }, { try await store.finish(first) },
      ] {
        await #expect { try await call() } throws: { isError($0, .aborted, "LEASE_LOST") }
      }
      #expect(try await world.state(promotion) == .staging)
      #expect(try await rows(world.url, "SELECT 'x' FROM utterance_embeddings").count == 1)
      try await store.store(second, made)
      #expect(try await store.flip(second) == .flipped)
      await #expect { try await store.store(second, made) } throws: { isError($0, .aborted, "LEASE_LOST") }
    }

    @Test("Many workers at once take many promotions once each")
    func manyWorkers() async throws {
      let world = try await PromotionWorld()
      for index in 0..<6 {
        let name = try CollectionName("c\(index)")
        _ = try await world.storage.speakers.createCollection(name, epoch: world.old)
        _ = try await world.storage.promotions.start(PromotionPlan(collection: name, toEpoch: world.new))
      }
      let replicas = [world.storage, try world.replica()]
      let taken = try await withThrowingTaskGroup(of: PromotionLease?.self) { group -> [String] in
        for index in 0..<12 {
          group.addTask { try await replicas[index % 2].promotions.take(worker: "\(index)", lease: .seconds(60)) }
        }
        return try await group.reduce(into: []) { taken, lease in
          if let lease { taken.append(lease.promotion.id) }
        }
      }
      #expect(Set(taken).count == taken.count && !taken.isEmpty)
    }

    @Test("What cannot begin is refused with the reason")
    func refusals() async throws {
      let world = try await PromotionWorld()
      let store = world.storage.promotions
      await #expect { _ = try await store.start(world.plan(to: world.old)) } throws: {
        isError($0, .failedPrecondition, "SAME_EPOCH")
      }
      await #expect { _ = try await store.start(world.plan(to: EpochName("Nowhere-1"))) } throws: {
        isError($0, .notFound, "EPOCH_NOT_FOUND")
      }
      let promotion = try await world.start()
      for validateOnly in [true, false] {
        await #expect { _ = try await store.start(world.plan(), validateOnly: validateOnly) } throws: {
          isError($0, .failedPrecondition, "PROMOTION_UNDER_WAY")
        }
      }
      await #expect { _ = try await store.rollBack(promotion.id) } throws: {
        isError($0, .failedPrecondition, "NOTHING_TO_ROLL_BACK")
      }
      for id in ["", "nothing", "a\u{0}"] {
        await #expect { _ = try await store.promotion(id) } throws: { isError($0, .notFound, "PROMOTION_NOT_FOUND") }
      }
      let wrong: [[Double]] = [[0, 0, 0], [1.1, 0, 0], [1, -1, 0], [1, 0, -1], [.nan, 0, 0], [1, 0, 1e12]]
      for values in wrong {
        #expect(throws: RecognitionError.self) {
          _ = try PromotionPlan(
            collection: world.collection, toEpoch: world.new, quorum: values[0], utterancesPerSecond: values[1],
            retainSeconds: values[2])
        }
      }
    }

    @Test("A cancelled promotion leaves nothing behind, and its worker can do nothing more")
    func cancelled() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start()
      let lease = try await world.storage.promotions.advance(world.take(), to: .reembedding)
      try await world.reembed(lease)
      #expect(try await rows(world.url, "SELECT 'x' FROM templates").count == 2)
      #expect(try await world.storage.promotions.cancel(promotion.id).state == .cancelled)
      #expect(try await rows(world.url, "SELECT 'x' FROM templates").count == 1)
      #expect(try await rows(world.url, "SELECT 'x' FROM utterance_embeddings").count == 1)
      await #expect { _ = try await world.storage.promotions.flip(lease) } throws: {
        isError($0, .aborted, "LEASE_LOST")
      }
      await #expect { _ = try await world.storage.promotions.cancel(promotion.id) } throws: {
        isError($0, .failedPrecondition, "PROMOTION_NOT_UNDER_WAY")
      }
      #expect(try await world.found(one, world.old) == ["ann"])
      _ = try await world.start()
      #expect(try await world.promote() == .flipped)
      let all = try await world.storage.promotions.promotions(of: world.collection, PageRequest(size: 1))
      #expect(all.elements.map(\.state) == [.draining])
      let rest = try await world.storage.promotions.promotions(of: nil, PageRequest(size: 5, token: all.nextToken))
      #expect(rest.elements.map(\.state) == [.cancelled] && rest.nextToken.isEmpty)
    }

    @Test("Who watches a promotion sees it change to its end, whichever replica changes it")
    func watching() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start(retain: 0)
      let watcher = try world.replica()
      try await withThrowingTaskGroup(of: [PromotionState].self) { group in
        let listening = Task { await watcher.run() }
        group.addTask {
          let (states, continuation) = AsyncStream.makeStream(of: PromotionState.self)
          let isWhole = try await watcher.promotions.watch(promotion.id) { continuation.yield($0.state) }
          continuation.finish()
          #expect(isWhole)
          return await states.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
        }
        try await world.promote()
        try await world.storage.promotions.finish(world.take())
        let seen = try await group.next() ?? []
        #expect(seen.last == .finished)
        listening.cancel()
        await listening.value
      }
    }
  }
}
