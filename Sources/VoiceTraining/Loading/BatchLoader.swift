internal import Synchronization
internal import VoiceConcurrency
package import VoiceTensor

/// What a training step reads.
package struct Batch: Sendable {
  /// The features, `[batch, frames, bins]`; shorter clips end in zeros.
  package var features: Tensor
  /// Class of each clip.
  package var labels: [Int]
  /// File of each clip, for messages.
  package var files: [String]
  /// Place of the first clip in the epoch, over all ranks.
  package var firstPlace: Int
}

/// Reads the batches of an epoch ahead of the trainer, on threads of its own; at most so many wait to be used.
///
/// What is read depends on the plan and the seed, not on which thread was faster.
package final class BatchLoader: Sendable {
  private typealias Slot = Result<(TrainingReader.Example, file: String), TrainingError>

  private struct State {
    var nextItem = 0
    var taken = 0
    var slots: [Int: [Slot?]] = [:]
    var missing: [Int: Int] = [:]
    var isClosed = false
    var waited = Duration.zero
    var replaced: [String] = []
  }

  private let plan: SamplingPlan
  private let clips: [SpeakerList.Clip]
  private let reader: TrainingReader
  private let seed: UInt64
  private let prefetch: Int
  /// Of every item of the epoch in order: its batch, and its place there.
  private let items: [(batch: Int, index: Int)]
  private let state = Mutex(State())
  private let room = Semaphore()
  private let ready = Semaphore()
  private let ended = Semaphore()
  private let threads: Mutex<[WorkerThread]> = Mutex([])

  /// Begins to read batch `first` and those after it. `seed` decides all that is random in this epoch.
  package init(
    plan: SamplingPlan, list: SpeakerList, reader: TrainingReader, seed: UInt64, threads: Int, prefetch: Int = 4,
    first: Int = 0
  ) {
    self.plan = plan
    clips = list.clips
    self.reader = reader
    self.seed = seed
    self.prefetch = max(1, prefetch)
    items = plan.batches.enumerated().dropFirst(first).flatMap { batch, entries in
      entries.indices.map { (batch, $0) }
    }
    state.withLock { $0.taken = first }
    for batch in plan.batches.dropFirst(first).prefix(self.prefetch) { for _ in batch { room.post() } }
    let workers = (0..<max(1, threads)).map { index in
      WorkerThread(name: "loader-\(index)") { [self] in
        work()
        ended.post()
      }
    }
    self.threads.withLock { $0 = workers }
  }

  /// The next batch, awaited on the calling thread; nil at the end of the epoch. Throws `badClips` when no clip can be
  /// read.
  package func next() throws(TrainingError) -> Batch? {
    let begin = ContinuousClock.now
    while true {
      let slots = state.withLock { state -> [Slot]?? in
        guard state.taken < plan.batches.count else { return .some(nil) }
        guard state.missing[state.taken] == 0, let slots = state.slots.removeValue(forKey: state.taken) else {
          return nil
        }
        state.missing[state.taken] = nil
        state.taken += 1
        return slots.compactMap { $0 }
      }
      switch slots {
      case nil: ready.wait()
      case .some(nil): return nil
      case .some(let slots?):
        state.withLock { $0.waited += ContinuousClock.now - begin }
        let batch = state.withLock { $0.taken } - 1
        let ahead = batch + prefetch
        if ahead < plan.batches.count { for _ in plan.batches[ahead] { room.post() } }
        return try collate(slots, firstPlace: plan.batches[batch].first?.place ?? 0)
      }
    }
  }

  /// How long `next` made its callers wait.
  package var waited: Duration { state.withLock { $0.waited } }

  /// Clips that could not be used, each with the reason; the next clip of the list stood in for each.
  package var replaced: [String] { state.withLock { $0.replaced } }

  /// Ends the threads and returns when they have.
  package func close() async {
    tellToEnd()
    for thread in threads.withLock({ $0 }) { await thread.ended() }
  }

  /// Ends the threads and returns when they have, on a thread that may block.
  package func end() {
    tellToEnd()
    for _ in threads.withLock({ $0 }) { ended.wait() }
  }

  private func tellToEnd() {
    state.withLock { $0.isClosed = true }
    for _ in threads.withLock({ $0 }) { room.post() }
  }

  private func work() {
    while true {
      room.wait()
      let item = state.withLock { state -> (batch: Int, index: Int)? in
        guard !state.isClosed, state.nextItem < items.count else { return nil }
        state.nextItem += 1
        return items[state.nextItem - 1]
      }
      guard let item else { return }
      let slot = read(plan.batches[item.batch][item.index])
      let isComplete = state.withLock { state -> Bool in
        let size = plan.batches[item.batch].count
        state.slots[item.batch, default: Array(repeating: nil, count: size)][item.index] = slot
        state.missing[item.batch, default: size] -= 1
        return state.missing[item.batch] == 0
      }
      if isComplete { ready.post() }
    }
  }

  /// The clip of an entry, or the first after it in the list that can be read, as in mvector.
  private func read(_ entry: SamplingPlan.Entry) -> Slot {
    var failure = TrainingError(.badClips, "there are no clips")
    for offset in 0..<clips.count {
      let clip = clips[(entry.clip + offset) % clips.count]
      let seed = RandomSource.seed(seed, UInt64(entry.place), UInt64(offset))
      do throws(TrainingError) {
        return .success((try reader.read(clip, seed: seed), clip.path))
      } catch {
        failure = error
        state.withLock { $0.replaced.append(error.message) }
      }
    }
    return .failure(TrainingError(.badClips, "none of \(clips.count) clips can be read; \(failure.message)"))
  }

  private func collate(_ slots: [Slot], firstPlace: Int) throws(TrainingError) -> Batch {
    var examples: [(example: TrainingReader.Example, file: String)] = []
    for slot in slots { examples.append(try slot.get()) }
    let frames = examples.map(\.example.frames).max() ?? 0
    let (bins, size) = (reader.bins, frames * reader.bins)
    var features = Tensor(zeros: [examples.count, frames, bins])
    features.values.withUnsafeMutableBufferPointer { values in
      for (index, item) in examples.enumerated() {
        item.example.features.withUnsafeBufferPointer { source in
          guard let base = values.baseAddress, let first = source.baseAddress else { return }
          (base + index * size).update(from: first, count: source.count)
        }
      }
    }
    return Batch(
      features: features, labels: examples.map(\.example.label), files: examples.map(\.file), firstPlace: firstPlace)
  }
}
