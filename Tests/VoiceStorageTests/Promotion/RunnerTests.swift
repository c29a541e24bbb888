import Synchronization
import Testing
import VoiceConcurrency
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct RunnerTests {
    private let one: [UInt8] = [9, 1, 0, 0]

    @Test("A runner drives a promotion to its end, with nobody asking it to")
    func wholeWay() async throws {
      let world = try await PromotionWorld()
      for index in 0..<10 { try await world.enroll("p\(index)", [9, UInt8(index), 1, 0]) }
      let promotion = try await world.start(retain: 0)
      let end = try await world.working { try await world.reach([.finished], promotion, at: $0) }
      #expect(end.state == .finished && end.utterancesDone == 10 && end.utterancesTotal == 10)
      #expect(try await world.found([9, 3, 1, 0], world.new).first == "p3")
      #expect(try await rows(world.url, "SELECT 'x' FROM templates").count == 10)
    }

    @Test("It waits for the quorum of replicas, and goes on when they are ready")
    func quorum() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let plan = try PromotionPlan(collection: world.collection, toEpoch: world.new, quorum: 0.5)
      let promotion = try await world.storage.promotions.start(plan)
      let replicas = ToldReplicas(ReplicaReadiness(live: 0, ready: 0))
      try await world.working(replicas: replicas) { storage async throws in
        for told in [ReplicaReadiness(live: 4, ready: 0), ReplicaReadiness(live: 4, ready: 1)] {
          let before = replicas.count
          while replicas.count < before + 2 { await Task.yield() }
          #expect(try await world.state(promotion) == .staging)
          replicas.tell(told)
        }
        replicas.tell(ReplicaReadiness(live: 4, ready: 2))
        #expect(try await world.reach([.draining], promotion, at: storage).state == .draining)
      }
    }

    @Test("Replicas that refuse the epoch are no reason to fail as long as a quorum may become ready")
    func someRefuse() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let plan = try PromotionPlan(collection: world.collection, toEpoch: world.new, quorum: 0.5)
      let promotion = try await world.storage.promotions.start(plan)
      let refusal = ReplicaReadiness.Refusal(replica: "r1", reason: "probe 2 differs")
      let replicas = ToldReplicas(ReplicaReadiness(live: 4, ready: 1, refused: [refusal]))
      try await world.working(replicas: replicas) { storage async throws in
        let before = replicas.count
        while replicas.count < before + 2 { await Task.yield() }
        #expect(try await world.state(promotion) == .staging)
        replicas.tell(ReplicaReadiness(live: 4, ready: 2, refused: [refusal]))
        #expect(try await world.reach([.draining], promotion, at: storage).state == .draining)
      }
    }

    @Test("A quorum that was lost while voiceprints were made is waited for before the flip")
    func lostQuorum() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start()
      let replicas = ToldReplicas(ReplicaReadiness(live: 2, ready: 2))
      let embedder = WorldEmbedder(world: world) { _ in replicas.tell(ReplicaReadiness(live: 2, ready: 1)) }
      try await world.working(embedder: embedder, replicas: replicas) { storage async throws in
        _ = try await world.reach([.flipping], promotion, at: storage)
        let before = replicas.count
        while replicas.count < before + 2 { await Task.yield() }
        #expect(try await world.state(promotion) == .flipping)
        #expect(try await world.found(one, world.old) == ["ann"])
        replicas.tell(ReplicaReadiness(live: 2, ready: 2))
        #expect(try await world.reach([.draining], promotion, at: storage).state == .draining)
      }
    }

    @Test("An epoch that too many replicas refuse ends the promotion with a replica's reason")
    func refused() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start()
      let refusal = ReplicaReadiness.Refusal(replica: "r1", reason: "probe 2 differs")
      let replicas = ToldReplicas(ReplicaReadiness(live: 2, ready: 1, refused: [refusal]))
      let end = try await world.working(replicas: replicas) { try await world.reach([.failed], promotion, at: $0) }
      #expect(end.error.hasPrefix("EPOCH_REFUSED") && end.error.contains("r1") && end.error.contains("probe 2 differs"))
      #expect(try await world.found(one, world.old) == ["ann"])
    }

    @Test("A failure that may pass is tried again; one that stays ends the promotion and names the recording")
    func failures() async throws {
      let world = try await PromotionWorld()
      let ann = try await world.enroll("ann", one)
      let failing = Countdown(3)
      let passing = WorldEmbedder(world: world) { _ in
        if failing.isLeft() { throw RecognitionError.unavailable("feature", "away") }
      }
      let first = try await world.start()
      let done = try await world.working(embedder: passing) { try await world.reach([.draining], first, at: $0) }
      #expect(done.state == .draining && !failing.isLeft())

      let lasting = WorldEmbedder(world: world) { _ in throw RecognitionError.invalid("audio", "is no speech") }
      try await world.enroll("bob", one, epoch: world.new)
      let back = try await world.storage.promotions.rollBack(first.id)
      let end = try await world.working(embedder: lasting) { try await world.reach([.failed], back, at: $0) }
      #expect(end.error.contains("is no speech") && end.error.contains("utterance "))
      #expect(try await Set(world.found(one, world.new)) == ["ann", "bob"])
      #expect(ann.epoch == world.old)
    }

    @Test("A worker that takes long keeps its promotion")
    func keeping() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", one)
      let promotion = try await world.start()
      // Three times as long as the lease.
      let slow = WorldEmbedder(world: world) { _ in try await Task.sleep(for: .milliseconds(900)) }
      try await world.working(embedder: slow) { storage async throws in
        _ = try await world.reach([.reembedding], promotion, at: storage)
        var state = PromotionState.reembedding
        while state == .reembedding {
          #expect(try await world.storage.promotions.take(worker: "thief", lease: .seconds(60)) == nil)
          state = try await world.state(promotion)
        }
        #expect(try await world.reach([.draining], promotion, at: storage).state == .draining)
      }
      #expect(try await rows(world.url, "SELECT lease_token::text FROM promotions").count == 1)
    }

    @Test("A plan's speed is not exceeded")
    func throttle() async throws {
      let world = try await PromotionWorld()
      for index in 0..<6 { try await world.enroll("p\(index)", one) }
      let plan = try PromotionPlan(collection: world.collection, toEpoch: world.new, utterancesPerSecond: 10)
      let begin = ContinuousClock.now
      let promotion = try await world.storage.promotions.start(plan)
      _ = try await world.working { try await world.reach([.draining], promotion, at: $0) }
      #expect(ContinuousClock.now - begin >= .milliseconds(600))
    }

    @Test("Enrolments without a pause do not keep a runner from its flip, and none of them fails or is lost")
    func outrun() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("first", one)
      let promotion = try await world.start()
      let count = Countdown(0)
      try await world.working { storage async throws in
        try await withThrowingTaskGroup(of: Int.self) { group in
          for writer in 0..<2 {
            group.addTask {
              var number = 0
              while true {
                let epoch = try await world.storage.speakers.collection(world.collection).epoch
                do {
                  try await world.enroll("w\(writer)-\(number)", one, epoch: epoch)
                  number += 1
                } catch let error as RecognitionError where error.reason == "EPOCH_MISMATCH" { continue }
                if count.isSet { return number }
              }
            }
          }
          _ = try await world.reach([.draining], promotion, at: storage)
          count.set()
          let enrolled = try await group.reduce(1, +)
          #expect(try await world.storage.speakers.collection(world.collection).speakerCount == enrolled)
          #expect(try await rows(world.url, """
            SELECT 'x' FROM speakers s WHERE NOT EXISTS (SELECT FROM templates t JOIN epochs e USING (epoch_id)
              WHERE t.speaker_key = s.speaker_key AND e.name = '\(world.new)')
            """) == [])
        }
      }
    }
  }
}

/// A number that goes down to 0 and a flag, for several tasks.
private final class Countdown: Sendable {
  private let number: Atomic<Int>
  private let flag = Atomic(false)

  init(_ number: Int) { self.number = Atomic(number) }

  /// Takes one away; false when none was left.
  func isLeft() -> Bool { number.subtract(1, ordering: .relaxed).oldValue > 0 }
  func set() { flag.store(true, ordering: .releasing) }
  var isSet: Bool { flag.load(ordering: .acquiring) }
}
