import Testing
import VoiceTensor

@testable import VoiceSearch

/// The scan in 8 bits: its kernels, and the bound that makes the search exact.
@Suite struct ScanTests {
  static let sets = KernelISA.supported

  @Test(
    "This machine runs every set",
    .enabled(
      if: KernelISA.supported.count == KernelISA.allCases.count,
      "this processor lacks AVX2 or AVX-512: search kernels of those were compiled, not run"))
  func allSets() { #expect(KernelISA.supported == KernelISA.allCases) }

  @Test("Scores are the integers' sums, whatever the set and the number of queries", arguments: sets, [1, 3, 4, 7, 32])
  func scores(isa: KernelISA, queries: Int) {
    let (blocks, pairs, block) = (3, 5, SearchKernels.block)
    var random = SplitMix(seed: UInt64(queries))
    let codes = (0..<blocks * pairs * block * 2).map { _ in Int8.random(in: -127...127, using: &random) }
    let words = (0..<queries * pairs).map { _ in Int32.random(in: .min ... .max, using: &random) }
    let scales = (0..<blocks * block).map { _ in Float.random(in: 0...1, using: &random) }
    let factors = (0..<queries).map { _ in Float.random(in: 0...1e-3, using: &random) }
    let pitch = blocks * block + 5
    var scores = [Float](repeating: -1, count: queries * pitch)
    SearchKernels(isa: isa).scores(
      blocks: blocks, pairs: pairs, codes, scales: scales, queries: queries, words, factors: factors, &scores,
      pitch: pitch)
    for query in 0..<queries {
      for row in 0..<blocks * block {
        var sum: Int32 = 0
        for pair in 0..<pairs {
          let word = words[query * pairs + pair]
          let place = row / block * pairs * block * 2 + pair * block * 2 + row % block * 2
          sum &+= Int32(Int16(truncatingIfNeeded: word)) * Int32(codes[place])
          sum &+= (word >> 16) * Int32(codes[place + 1])
        }
        #expect(scores[query * pitch + row] == Float(sum) * (scales[row] * factors[query]))
      }
      #expect(scores[query * pitch + blocks * block..<(query + 1) * pitch].allSatisfy { $0 == -1 })
    }
  }

  @Test("Indices of what reaches a floor, of any length", arguments: sets, [0, 1, 15, 16, 31, 32, 33, 500])
  func indices(isa: KernelISA, count: Int) {
    var random = SplitMix(seed: UInt64(count))
    let values = (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    for floor in [-Float.infinity, -0.5, 0.95, values.max() ?? 0, 2] {
      var found = [Int32](repeating: -1, count: count + 1)
      let number = SearchKernels(isa: isa).indices(of: values, count: count, atLeast: floor, &found)
      #expect(found.prefix(number).map { Int($0) } == values.indices.filter { values[$0] >= floor })
    }
  }

  @Test("A template's 8 bits are within the error they tell", arguments: sets, [1, 2, 7, 15, 16, 17, 192, 513])
  func quantisation(isa: KernelISA, count: Int) {
    var random = SplitMix(seed: UInt64(count))
    let template = random.unit(count)
    var codes = [Int8](repeating: 99, count: count + 1)
    let form = SearchKernels(isa: isa).quantise(template, count: count, into: &codes)
    let errors = (0..<count).map { Double(template[$0]) - Double(form.scale) * Double(codes[$0]) }
    #expect(abs(errors.reduce(0) { $0 + $1 * $1 }.squareRoot() - form.error) < 1e-12 && codes[count] == 99)
    #expect(errors.allSatisfy { abs($0) <= Double(form.scale) * 0.50001 })
    #expect(abs(form.norm - 1) <= form.error + 1e-6)
    let zeros = SearchKernels(isa: isa).quantise([Float](repeating: 0, count: count), count: count, into: &codes)
    #expect(zeros.scale == 0 && zeros.norm == 0 && codes.prefix(count).allSatisfy { $0 == 0 })
  }

  @Test("No score of a scan is farther from the exact one than its bound", arguments: [1, 2, 3, 64, 192, 512, 1024])
  func bound(dimension: Int) throws {
    var random = SplitMix(seed: UInt64(dimension))
    var tightest = 0.0
    for round in 0..<300 {
      // Some all but equal, some with one large value, some far from length 1.
      var (query, template) = (random.unit(dimension), random.unit(dimension))
      if round % 4 == 1 { template = query.map { -$0 } }
      if round % 4 == 2 { query[0] = 50 }
      if round % 4 == 3 { template = template.map { $0 * 1000 } }
      let (code, chunk) = (QueryCode(query), GalleryChunk(dimension: dimension))
      try chunk.append(.init(key: 1, speaker: "a", displayName: ""), .init(template), slot: 0)
      var scores = [Float](repeating: 0, count: SearchKernels.block)
      SearchKernels.best.scores(
        blocks: 1, pairs: chunk.pairs, chunk.codes, scales: chunk.scales, queries: 1, code.words,
        factors: [code.factor], &scores, pitch: SearchKernels.block)
      let exact = zip(query, template).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let bound = Double(code.bound(error: chunk.largestError, norm: chunk.largestNorm))
      #expect(abs(Double(scores[0]) - exact) <= bound)
      tightest = max(tightest, abs(Double(scores[0]) - exact) / bound)
    }
    // A bound that is never nearly reached would be no test of it. One value is held exactly.
    #expect(dimension == 1 || tightest > 0.02)
  }

  @Test("The largest of numbers, whatever their order", arguments: [1, 2, 10, 99])
  func largest(count: Int) {
    var random = SplitMix(seed: UInt64(count))
    var (heap, seen) = (LargestScores(count), [Float]())
    for _ in 0..<500 {
      seen.append((Float.random(in: -1...1, using: &random) * 50).rounded())
      heap.insert(seen[seen.count - 1])
      let expected = seen.count < count ? -Float.infinity : seen.sorted(by: >)[count - 1]
      #expect(heap.least == expected)
    }
  }
}

/// When a slot may be written again.
@Suite struct TemplateSlotsTests {
  @Test("A slot that was given up is taken again only when the searches that may read it are over")
  func reuse() {
    var slots = TemplateSlots()
    #expect([slots.take(), slots.take()] == [0, 1])
    let early = slots.beginSearch()
    slots.give(up: 0)
    let late = slots.beginSearch()
    #expect(slots.take() == 2)
    slots.endSearch(early)
    // The late search began when slot 0 had lost its place.
    #expect(slots.take() == 0)
    slots.give(up: 1)
    #expect(slots.take() == 3)
    slots.endSearch(late)
    #expect(slots.take() == 1 && slots.takeRun(3) == 4 && slots.take() == 7)
  }
}

@Suite struct GallerySearchesTests {
  @Test("Searches that wait together are served together, each with its own answer")
  func together() async throws {
    var random = SplitMix(seed: 9)
    let gallery = Gallery(dimension: 16)
    let templates = (0..<200).map { _ in random.unit(16) }
    try gallery.put(templates.enumerated().map { (person(Int64($0), "speaker \($0)"), $1) })
    let searches = GallerySearches(gallery)
    let waiting = templates.prefix(70).map { searches.add(.init($0, count: 3)) }
    #expect(searches.withdraw(waiting[5]) && !searches.withdraw(waiting[5]))
    for _ in 0..<3 { searches.serve() }
    searches.serve()
    for (index, search) in waiting.enumerated() where index != 5 {
      let found = try await search.found()
      #expect(found.candidates.count == 3 && found.candidates[0].person.speaker == "speaker \(index)")
      #expect(!searches.withdraw(search))
    }
  }
}
