import Logging
import Testing
import VoiceConcurrency
import VoiceModels
import VoiceRecognition

@testable import voiceprint_embedding

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

@Suite("The epochs of a replica")
struct EpochStoreTests {
  private let shelf: EpochShelf
  private let loader = ComputePool(name: "loader", threads: 1, queueLimit: 100, niceness: 10)
  init() throws { shelf = try EpochShelf() }

  private func store(_ policy: EpochPolicy = EpochPolicy()) -> EpochStore {
    EpochStore(source: shelf, loader: loader, policy: policy, log: quiet)
  }

  private func ready(_ store: EpochStore) async -> Set<EpochName> {
    Set(await store.snapshot.filter { if case .ready = $0.value { true } else { false } }.keys)
  }

  @Test("An epoch that no collection uses goes when nobody asked for it in a while; a call that has it finishes")
  func unused() async throws {
    let (used, other) = (try shelf.add(1), try shelf.add(2))
    let store = store()
    await store.want([used])
    let runtime = try await store.runtime(for: other)
    await store.tidy(at: .now + .seconds(59))
    #expect(await ready(store) == [used, other])
    await store.tidy(at: .now + .seconds(61))
    #expect(await ready(store) == [used])
    #expect(try runtime.embed(EpochShelf.features()).count == 6)
    _ = try await store.runtime(for: other)
    #expect(shelf.loads == [used, other, other])
  }

  @Test("An epoch that the last collection leaves stays for the while and is then unloaded")
  func leftByCollections() async throws {
    let (old, new) = (try shelf.add(1), try shelf.add(2))
    let store = store()
    await store.want([old])
    await store.want([old, new])
    #expect(await ready(store) == [old, new])
    await store.want([new])
    await store.tidy(at: .now + .seconds(59))
    #expect(await ready(store) == [old, new])
    await store.tidy(at: .now + .seconds(61))
    #expect(await ready(store) == [new])
    #expect(shelf.loads.count == 2)
  }

  @Test("Of epochs on demand the longest unused goes when there are too many; those of collections do not count")
  func surplus() async throws {
    let used = try shelf.add(1)
    let others = try (2...4).map { try shelf.add($0) }
    let store = store(EpochPolicy(maximumOnDemand: 2))
    await store.want([used])
    for epoch in [others[0], others[1], others[0], others[2]] { _ = try await store.runtime(for: epoch) }
    #expect(await ready(store) == [used, others[0], others[2]])
  }

  @Test("Many that ask at once cause one load")
  func singleFlight() async throws {
    let epoch = try shelf.add(1)
    let store = store()
    let runtimes = try await withThrowingTaskGroup(of: EpochRuntime.self) { group in
      for _ in 0..<20 { group.addTask { try await store.runtime(for: epoch) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(shelf.loads == [epoch])
    #expect(runtimes.allSatisfy { $0 === runtimes[0] })
  }

  @Test("While enough loads wait, another on demand is refused with a delay; one that a collection uses is not")
  func loadsUnderWay() async throws {
    let (slow, other, used) = (try shelf.add(1), try shelf.add(2), try shelf.add(3))
    let store = store(EpochPolicy(maximumLoads: 1))
    try await shelf.gate.acquire()
    let load = await store.begin(slow)
    let error = await #expect(throws: RecognitionError.self) { try await store.runtime(for: other) }
    #expect(error?.code == .unavailable && error?.reason == "EPOCH_NOT_LOADED" && error?.retryAfter != nil)
    async let wanted: Void = store.want([used])
    shelf.gate.release()
    await wanted
    _ = try await load.value
    #expect(await ready(store) == [slow, used])
    _ = try await store.runtime(for: other)
  }

  @Test("A replica that loads nothing on demand refuses with a delay, and loads what collections use")
  func notOnDemand() async throws {
    let (used, other) = (try shelf.add(1), try shelf.add(2))
    let store = store(EpochPolicy(loadsOnDemand: false))
    await store.want([used])
    let error = await #expect(throws: RecognitionError.self) { try await store.runtime(for: other) }
    #expect(error?.code == .unavailable && error?.retryAfter != nil)
    #expect(await ready(store) == [used])
  }

  @Test("A damaged epoch is refused with the reason, not tried at every call, and served once it is mended",
    arguments: EpochShelf.Damage.allCases)
  func refused(damage: EpochShelf.Damage) async throws {
    let epoch = try shelf.add(1, damage)
    let store = store()
    await store.want([epoch])
    for _ in 0..<3 {
      let error = await #expect(throws: RecognitionError.self) { try await store.runtime(for: epoch) }
      // UNAVAILABLE sends the caller to another replica.
      #expect(error?.code == .unavailable && error?.reason == "EPOCH_REFUSED" && error?.message.isEmpty == false)
    }
    #expect(shelf.loads == [epoch])
    try shelf.mend(epoch, 1)
    await store.tidy(at: .now + .seconds(59))
    #expect(shelf.loads == [epoch])
    await store.tidy(at: .now + .seconds(61))
    _ = try await store.runtime(for: epoch)
    #expect(shelf.loads == [epoch, epoch])
  }

  @Test("An epoch in use that could not be fetched is fetched again without being asked for")
  func fetchedAgain() async throws {
    let epoch = try shelf.add(1)
    shelf.failNext(1)
    let store = store()
    await store.want([epoch])
    #expect(await store.snapshot.isEmpty)
    await store.tidy(at: .now + .seconds(3))
    guard case .loading(let task) = await store.snapshot[epoch] else {
      Issue.record("the epoch is not being loaded")
      return
    }
    _ = try await task.value
    #expect(await ready(store) == [epoch])
  }
}
