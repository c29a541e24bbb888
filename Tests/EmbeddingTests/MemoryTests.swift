import FoundationEssentials
import Testing
import VoiceConcurrency
import VoiceModels
import VoiceRPC
import VoiceRecognition

@testable import voiceprint_embedding

@Suite("Memory of a replica")
struct MemoryTests {
  // A process of its own: in this one other tests take memory too.
  @Test("200 loads and unloads, every second one a failure, leave memory as it was; all the time the replica serves")
  func cycles() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      try await runCycles()
    }
    let lines = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self).split(separator: "\n")
    for line in lines where line.hasPrefix("200 cycles") { print(line) }
  }
}

private func runCycles() async throws {
  GRPCRuntime.keepFreedMemory()
  let shelf = try EpochShelf(channels: 32)
  let (active, candidate) = (try shelf.add(1), try shelf.add(3))
  let damaged = try EpochShelf.Damage.allCases.enumerated().map { try shelf.add(UInt64(10 + 2 * $0), $1) }
  let loader = ComputePool(name: "loader", threads: 1, queueLimit: 100, niceness: 10)
  let store = EpochStore(source: shelf, loader: loader, log: quiet)
  await store.want([active])
  let alone = try await serve(active, of: store, count: 200)
  let serving = Task { try await serve(active, of: store, count: .max) }

  var first = 0
  for cycle in 0..<200 {
    if cycle.isMultiple(of: 2) {
      _ = try await store.runtime(for: candidate)
    } else {
      await #expect(throws: RecognitionError.self) { _ = try await store.runtime(for: damaged[cycle / 2 % 3]) }
    }
    await store.tidy(at: .now + .seconds(61))
    #expect(await store.snapshot.keys.map(\.value) == [active.value])
    if cycle == 19 { first = try residentBytes() }
  }
  serving.cancel()
  let during = try await serving.value
  let last = try residentBytes()
  #expect(shelf.loads.count == 201, "every cycle loads")
  #expect(!during.isEmpty)
  #expect(abs(last - first) <= first / 10, "\(first) bytes after 20 cycles, \(last) after 200")
  print(
    "200 cycles: \(first >> 10) KB after 20, \(last >> 10) KB after 200;",
    "\(during.count) calls meanwhile, p99 \(p99(during)), alone \(p99(alone))")
}

/// Embeds again and again until the count is reached or the task is cancelled; gives how long each call took.
private func serve(_ epoch: EpochName, of store: EpochStore, count: Int) async throws -> [Duration] {
  let pool = ComputePool(name: "embedding", threads: 1, queueLimit: 10)
  let features = EpochShelf.features(frames: 200)
  let expected = try await store.runtime(for: epoch).embed(features)
  var durations: [Duration] = []
  while durations.count < count, !Task.isCancelled {
    let begin = ContinuousClock.now
    let runtime = try await store.runtime(for: epoch)
    // In a task of its own: the last call is not cancelled but finished.
    let found = try await Task { try await pool.run { _ in try runtime.embed(features) } }.value
    durations.append(ContinuousClock.now - begin)
    #expect(found == expected)
  }
  await pool.shutDown()
  return durations
}

private func p99(_ durations: [Duration]) -> Duration { durations.sorted()[durations.count * 99 / 100] }

private func residentBytes() throws -> Int {
  let fields = String(decoding: try Data(contentsOf: URL(filePath: "/proc/self/statm")), as: UTF8.self)
    .split(separator: " ")
  return try #require(Int(fields[1])) * 4096
}
