import Foundation
import Testing
import VoiceRecognition
import VoiceStorage

@testable import voiceprint_trainer

extension WorkTests {
  @Suite("Data sets as folders") struct DatasetCacheTests {
    private func names(_ world: JobWorld) throws -> Set<String> {
      Set(try FileManager.default.contentsOfDirectory(atPath: world.place.datasets))
    }

    @Test("A data set is fetched once for all who use it, byte by byte, with the folders in it")
    func fetch() async throws {
      let world = try await JobWorld()
      try await world.push("deep", ["a/b/c.wav": [7, 8, 9], "a/empty": [], "d": [1]])
      let cache = world.datasets
      let name = try DatasetName("deep")
      let places = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<4 { group.addTask { try await cache.with(name) { $0 } } }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      let place = try #require(places.first)
      #expect(places.count == 1)
      for (path, content) in [("a/b/c.wav", [7, 8, 9] as [UInt8]), ("a/empty", []), ("d", [1])] {
        #expect(FileManager.default.contents(atPath: "\(place)/\(path)") == Data(content))
      }
      // Nothing that is not whole lies about.
      #expect(try FileManager.default.contentsOfDirectory(atPath: world.place.own) == [".lock"])
    }

    @Test("A data set that was deleted goes when nobody uses it, and not before")
    func deletion() async throws {
      let world = try await JobWorld()
      try await world.push("other", ["x": [1]])
      let (cache, name) = (world.datasets, try DatasetName("voices"))
      try await cache.with(name) { place in
        try await world.storage.datasets.delete(name)
        try await cache.with(DatasetName("other")) { _ in #expect(FileManager.default.fileExists(atPath: place)) }
      }
      #expect(try names(world).count == 2)
      try await cache.with(DatasetName("other")) { _ in }
      #expect(try names(world).count == 1)
      await #expect { try await cache.with(name) { _ in } } throws: { ($0 as? RecognitionError)?.code == .notFound }
    }

    @Test("A content that is damaged in the storage leaves no folder behind, and is told")
    func damaged() async throws {
      let world = try await JobWorld()
      try await world.script("UPDATE content_chunks SET data = '\\x010204'")
      let cache = world.datasets
      await #expect { try await cache.with(DatasetName("voices")) { _ in } } throws: {
        ($0 as? RecognitionError)?.code == .dataLoss
      }
      #expect(try names(world).isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: world.place.own) == [".lock"])
    }

    @Test("What fails for a moment is fetched by who tries again")
    func again() async throws {
      let world = try await JobWorld()
      let cache = world.datasets
      try await world.script("ALTER TABLE content_chunks RENAME TO hidden")
      let place = try await cache.with(
        DatasetName("voices"),
        trying: { fetch in
          do { return try await fetch() } catch {
            try await world.script("ALTER TABLE hidden RENAME TO content_chunks")
            return try await fetch()
          }
        }
      ) { $0 }
      #expect(FileManager.default.contents(atPath: "\(place)/one.wav") == Data([1, 2, 3]))
    }
  }
}

/// The tests that share a server of PostgreSQL, one after the other.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WorkTests {}
