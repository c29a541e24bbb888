import Foundation
import Testing
import VoiceTensor

@testable import VoiceSearch

/// Where a gallery keeps its templates in full precision.
enum Keeping: CaseIterable {
  case memory, file

  func gallery(dimension: Int) throws -> Gallery {
    Gallery(dimension: dimension, file: self == .file ? try TemplateFile(in: NSTemporaryDirectory()) : nil)
  }
}

@Suite struct GalleryTests {
  @Test("Nobody is found among nobody")
  func empty() throws {
    let found = try Gallery(dimension: 4).nearest(to: [1, 0, 0, 0], count: 5)
    #expect(found.candidates.isEmpty && found.compared == 0)
  }

  @Test("One person is found, also when more are wanted, and not after removal")
  func one() throws {
    let gallery = Gallery(dimension: 3)
    try gallery.put(person(1, "a"), template: [0, 1, 0])
    let found = try gallery.nearest(to: [0, 0.6, 0.8], count: 5)
    #expect(found.candidates.map(\.person.speaker) == ["a"])
    #expect(abs(found.candidates[0].score - 0.6) < 1e-7 && found.compared == 1)
    #expect(gallery.remove(1))
    #expect(!gallery.remove(1))
    #expect(try gallery.nearest(to: [0, 1, 0], count: 5).candidates.isEmpty && gallery.count == 0)
  }

  @Test("The same key again replaces template and name")
  func replace() throws {
    let gallery = Gallery(dimension: 2)
    try gallery.put(person(1, "a"), template: [1, 0])
    try gallery.put(GalleryPerson(key: 1, speaker: "a", displayName: "Ann"), template: [0, 1])
    let found = try gallery.nearest(to: [0, 1], count: 2).candidates
    #expect(found.count == 1 && found[0].score == 1 && found[0].person.displayName == "Ann")
  }

  @Test("Equal scores are ordered by the bytes of the identifier, whatever the order of arrival")
  func ties() throws {
    // "é" and "e" with a combining accent: one string to Swift, two identifiers to a database.
    let identifiers = ["\u{e9}", "e\u{301}", "z", "A", "😀", "a"]
    for order in [identifiers, identifiers.reversed()] {
      let gallery = Gallery(dimension: 2)
      for (key, identifier) in order.enumerated() {
        try gallery.put(person(Int64(key), identifier), template: [0.6, 0.8])
      }
      let found = try gallery.nearest(to: [0.6, 0.8], count: 4).candidates.map { Array($0.person.speaker.utf8) }
      #expect(found == ["A", "a", "e\u{301}", "z"].map { Array($0.utf8) })
    }
  }

  @Test("The result is that of a search in double precision", arguments: [1, 7, 192, 256], Keeping.allCases)
  func bruteForce(dimension: Int, keeping: Keeping) throws {
    var random = SplitMix(seed: UInt64(dimension))
    let gallery = try keeping.gallery(dimension: dimension)
    var templates: [Int64: [Float]] = [:]
    for key in 0..<Int64(9000) {
      // Every tenth is a twin of an earlier one, so that scores tie exactly.
      let template = key % 10 == 9 ? templates[key - 5]! : random.unit(dimension)
      templates[key] = template
      try gallery.put(person(key, "speaker \(key)"), template: template)
    }
    for key in stride(from: Int64(0), to: 9000, by: 3) {
      gallery.remove(key)
      templates[key] = nil
    }
    for wanted in [1, 10, 1000, 8000] {
      let query = random.unit(dimension)
      let found = try gallery.nearest(to: query, count: wanted)
      let expected = templates.map { (name: "speaker \($0.key)", score: reference(query, $0.value)) }
        .sorted { $0.score != $1.score ? $0.score > $1.score : $0.name < $1.name }.prefix(wanted)
      #expect(found.compared == templates.count)
      #expect(found.candidates.map(\.person.speaker) == expected.map(\.name))
      #expect(found.candidates.map(\.score) == expected.map(\.score))
    }
  }

  @Test("Queries together find what each finds alone, each as many as it wants", arguments: Keeping.allCases)
  func batch(keeping: Keeping) throws {
    var random = SplitMix(seed: 5)
    let gallery = try keeping.gallery(dimension: 192)
    try gallery.put((0..<5000).map { (person($0, "speaker \($0)"), random.unit(192)) })
    let queries = (0..<33).map { Gallery.Query(random.unit(192), count: 1 + $0 % 7) }
    let together = try gallery.nearest(to: queries)
    #expect(together.count == 33)
    for (query, found) in zip(queries, together) {
      let alone = try gallery.nearest(to: query.values, count: query.count)
      #expect(found.candidates == alone.candidates && found.candidates.count == query.count && found.compared == 5000)
    }
  }

  @Test("Neighbours that 8 bits cannot tell apart come in their exact order", arguments: Keeping.allCases)
  func nearTies(keeping: Keeping) throws {
    var random = SplitMix(seed: 6)
    let gallery = try keeping.gallery(dimension: 64)
    let center = random.unit(64)
    // Steps far below what a value of 8 bits holds.
    let close = (0..<300).map { _ in zip(center, random.unit(64)).map { $0 + 1e-4 * $1 } }
    try gallery.put(close.enumerated().map { (person(Int64($0), "near \($0)"), $1) })
    for key in 1000..<Int64(3000) { try gallery.put(person(key, "far \(key)"), template: random.unit(64)) }
    let found = try gallery.nearest(to: center, count: 50).candidates
    let expected = close.enumerated().map { (name: "near \($0)", score: reference(center, $1)) }
      .sorted { $0.score != $1.score ? $0.score > $1.score : $0.name < $1.name }.prefix(50)
    #expect(found.map(\.person.speaker) == expected.map(\.name))
  }

  @Test("A template that is not finite is refused, and nothing changes")
  func notFinite() throws {
    let gallery = Gallery(dimension: 3)
    try gallery.put(person(1, "a"), template: [0, 1, 0])
    for value in [Float.nan, .infinity] {
      #expect(throws: GalleryError.self) { try gallery.put(person(1, "a"), template: [0, value, 0]) }
    }
    #expect(try gallery.nearest(to: [0, 1, 0], count: 1).candidates[0].score == 1)
  }

  @Test("A file that nobody can write is told by its folder")
  func noFolder() {
    #expect { try TemplateFile(in: "/nowhere") } throws: { "\($0)".contains("/nowhere") }
  }

  @Test(
    "Searches and changes at the same time: every search sees whole templates and every finished change",
    arguments: Keeping.allCases)
  func concurrent(keeping: Keeping) async throws {
    let gallery = try keeping.gallery(dimension: 64)
    let query = unit(0)
    // People 0…99 stay, with the query's template; the others come and go across three chunks.
    for key in 0..<Int64(100) { try gallery.put(person(key, "stay \(key)"), template: query) }
    for key in 100..<Int64(9000) { try gallery.put(person(key, "go \(key)"), template: unit(1 + Int(key) % 63)) }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for start in [100, 4000, 8000] {
        group.addTask {
          for round in 0..<3 {
            for key in Int64(start)..<Int64(start + 800) {
              gallery.remove(key)
              if round < 2 { try gallery.put(person(key, "go \(key)"), template: unit(1 + Int(key) % 63)) }
            }
          }
          return true
        }
      }
      for _ in 0..<3 {
        group.addTask {
          try (0..<60).allSatisfy { _ in
            let found = try gallery.nearest(to: query, count: 100).candidates
            return found.count == 100 && found.allSatisfy { $0.score == 1 && $0.person.speaker.hasPrefix("stay") }
          }
        }
      }
      for try await whole in group { #expect(whole) }
    }
    #expect(gallery.count == 9000 - 3 * 800)
  }
}

func person(_ key: Int64, _ speaker: String) -> GalleryPerson {
  GalleryPerson(key: key, speaker: speaker, displayName: "")
}

/// The unit vector along one axis of 64.
private func unit(_ axis: Int) -> [Float] {
  var values = [Float](repeating: 0, count: 64)
  values[axis] = 1
  return values
}

private func reference(_ left: [Float], _ right: [Float]) -> Double {
  min(1, max(-1, zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }))
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func unit(_ dimension: Int) -> [Float] {
    let values = (0..<dimension).map { _ in Double.random(in: -1...1, using: &self) }
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { Float($0 / norm) }
  }
}
