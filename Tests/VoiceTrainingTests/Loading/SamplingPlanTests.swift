import Testing

@testable import VoiceTraining

@Suite("Plans of an epoch")
struct SamplingPlanTests {
  private func plan(
    _ epoch: Int = 1, clips: Int = 103, rank: Int = 0, ranks: Int = 1, dropLast: Bool = true
  ) -> SamplingPlan {
    SamplingPlan(
      clips: clips, batchSize: 10, dropLast: dropLast, seed: 3, epoch: epoch, rank: rank, ranks: ranks)
  }

  @Test("Every clip comes once, in an order that seed and epoch decide")
  func order() {
    let one = plan(dropLast: false)
    #expect(one.batches.map(\.count) == Array(repeating: 10, count: 10) + [3])
    #expect(one.batches.joined().map(\.clip).sorted() == Array(0..<103))
    #expect(one.batches.joined().map(\.place) == Array(0..<103))
    #expect(plan(dropLast: false).batches == one.batches && plan(2, dropLast: false).batches != one.batches)
    #expect(plan().batches == Array(one.batches.prefix(10)))
  }

  @Test("The ranks' batches together are those of one process with the global batch", arguments: [true, false])
  func ranks(dropLast: Bool) {
    let whole = SamplingPlan(clips: 105, batchSize: 20, dropLast: dropLast, seed: 3, epoch: 1)
    let parts = [0, 1].map { plan(clips: 105, rank: $0, ranks: 2, dropLast: dropLast) }
    #expect(whole.globalSizes == Array([20, 20, 20, 20, 20, 5].prefix(dropLast ? 5 : 6)))
    #expect(parts.allSatisfy { $0.globalSizes == whole.globalSizes })
    #expect(parts[0].batches.count == whole.batches.count && parts[1].batches.count == whole.batches.count)
    for (index, batch) in whole.batches.enumerated() {
      #expect(parts[0].batches[index] + parts[1].batches[index] == batch)
    }
  }

  @Test("A rest that leaves a rank with one clip is left out on all")
  func rests() {
    #expect(plan(clips: 101, dropLast: false).batches.map(\.count) == Array(repeating: 10, count: 10))
    #expect(plan(clips: 102, dropLast: false).batches.count == 11)
    for rank in 0..<2 { #expect(plan(clips: 103, rank: rank, ranks: 2, dropLast: false).batches.count == 5) }
  }

  @Test("P speakers with K clips each")
  func speakers() throws {
    // Speaker 0 has two clips only, so they come twice.
    let speakers = [0, 0] + (1..<8).flatMap { Array(repeating: $0, count: 9) }
    let plan = try SamplingPlan(
      speakers: speakers, clipsPerSpeaker: 4, batchSize: 16, dropLast: true, seed: 1, epoch: 2)
    #expect(plan.batches.count == 65 / 16)
    for batch in plan.batches {
      let counts = Dictionary(grouping: batch, by: { speakers[$0.clip] }).mapValues(\.count)
      #expect(counts.count == 4 && counts.values.allSatisfy { $0 == 4 })
      for speaker in counts.keys where speaker > 0 {
        #expect(Set(batch.map(\.clip).filter { speakers[$0] == speaker }).count == 4)
      }
    }
  }

  @Test("A batch that speakers cannot fill is refused")
  func impossible() {
    let speakers = [0, 0, 1, 1]
    for (clips, batch, part) in [(3, 8, "no multiple of 3"), (2, 8, "needs 4 speakers, the list has 2")] {
      let error = #expect(throws: TrainingError.self) {
        try SamplingPlan(
          speakers: speakers, clipsPerSpeaker: clips, batchSize: batch, dropLast: true, seed: 1, epoch: 1)
      }
      #expect(error?.message.contains(part) == true)
    }
  }
}
