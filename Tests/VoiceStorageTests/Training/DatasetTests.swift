import TestSupport
import Testing
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct DatasetTests {
    @Test("What is pushed is read byte by byte, from another trainer", arguments: [1000, 1 << 20])
    func roundTrip(piece: Int) async throws {
      let url = try await TestPostgres.makeDatabase()
      let files = try testFiles()
      let pushed = try await push(files, to: trainerStorage(on: url), piece: piece)
      #expect(pushed.created && pushed.record.fileCount == 5)
      #expect(pushed.record.sizeBytes == files.reduce(0) { $0 + $1.content.count })
      #expect(pushed.record.lists.map(\.path) == ["list.txt"])
      #expect(pushed.record.lists.map(\.clips) == [3] && pushed.record.lists.map(\.labels) == [2])

      let other = trainerStorage(on: url)
      #expect(try await other.datasets.datasets(PageRequest()).elements == [pushed.record])
      let stored = try await other.datasets.files(of: pushed.record.name)
      #expect(stored == files.map(\.file).sorted { $0.path < $1.path })
      for file in files {
        let content = Pieces()
        try await other.contents.read(file.file.hash) { await content.add($0) }
        #expect(await content.bytes == file.content)
      }
    }

    @Test("A content stands once, however many files and pushes have it; the same push again changes nothing")
    func storedOnce() async throws {
      let url = try await TestPostgres.makeDatabase()
      let storage = trainerStorage(on: url)
      let files = try testFiles()
      let first = try await push(files, to: storage)
      let again = try await push(files.reversed(), to: storage)
      #expect(!again.created && again.record == first.record)
      #expect(try await push(files, as: "other", to: storage).created)
      #expect(try await count("SELECT FROM contents", on: url) == 4)
      #expect(try await storage.contents.missing(files.map(\.file.hash)).isEmpty)
      await #expect { try await push(Array(files.dropLast()), to: storage) } throws: {
        isError($0, .alreadyExists, "DATASET_EXISTS")
      }
    }

    @Test("Of a push that failed nothing is seen, and what came whole need not come again")
    func failedPush() async throws {
      let url = try await TestPostgres.makeDatabase()
      let storage = trainerStorage(on: url)
      let files = try testFiles()
      let upload = try storage.datasets.push(DatasetName("voices"))
      try await upload.add(files.map(\.file))
      try await upload.append(file: 0, files[0].content)
      try await upload.append(file: 2, Array(files[2].content[..<1_000_000]))
      try await upload.append(file: 2, Array(files[2].content[1_000_000..<2_000_000]))
      try await upload.abandon()

      #expect(try await storage.datasets.datasets(PageRequest()).elements.isEmpty)
      #expect(try await count("SELECT FROM contents", on: url) == 1, "the half content is gone")
      let missing = try await storage.contents.missing(files.map(\.file.hash))
      #expect(missing == files[2...].map(\.file.hash))
      await #expect { try await push(files, sending: [2], to: storage) } throws: {
        isError($0, .invalidArgument, "CONTENT_MISSING")
      }
      #expect(try await storage.datasets.datasets(PageRequest()).elements.isEmpty)
      #expect(try await push(files, sending: [3, 4], to: storage).created)
    }

    @Test("Contents that are short, long, changed or out of order are refused")
    func damaged() async throws {
      let storage = trainerStorage(on: try await TestPostgres.makeDatabase())
      for index in [0, 2] {
        var short = try testFiles(), long = short, changed = short
        short[index].content.removeLast()
        long[index].content.append(0)
        changed[index].content[1] ^= 1
        for files in [short, long, changed] {
          await #expect { try await push(files, to: storage) } throws: {
            ($0 as? RecognitionError)?.code == .invalidArgument
          }
        }
      }
      let upload = try storage.datasets.push(DatasetName("voices"))
      let files = try testFiles()
      try await upload.add(files.map(\.file))
      for (file, piece) in [(5, [UInt8(1)]), (-1, [1]), (0, [UInt8](repeating: 0, count: (1 << 20) + 1))] {
        await #expect(throws: RecognitionError.self) { try await upload.append(file: file, piece) }
      }
      try await upload.append(file: 1, files[1].content)
      await #expect(throws: RecognitionError.self) { try await upload.append(file: 0, files[0].content) }
      await #expect(throws: RecognitionError.self) { try await upload.add([]) }
      #expect(try await storage.datasets.datasets(PageRequest()).elements.isEmpty)
    }

    @Test("Paths that lead out, stand twice or are file and folder at once are refused", arguments: [
      ["/etc/passwd"], ["../a"], ["a/../../b"], ["a//b"], ["./a"], ["a/"], [""], ["a\u{0}b"], ["a\nb"],
      [String(repeating: "n", count: 256)], ["a", "a"], ["a", "a/b"], ["x/y/z", "x/y"],
    ])
    func hostilePaths(paths: [String]) async throws {
      let storage = trainerStorage(on: try await TestPostgres.makeDatabase())
      await #expect { try await push(paths.map { try TestFile($0, [1]) }, to: storage) } throws: {
        ($0 as? RecognitionError)?.code == .invalidArgument
      }
    }

    @Test("A list whose lines are none, or name what is not there, is refused with list and line", arguments: [
      "a.wav 0\n", "a.wav\t0\nb.wav\t1\n", "a.wav\t\n", "a.wav\t0\t1\n", "../a.wav\t0\n", "/etc/passwd\t0\n",
    ])
    func badLists(text: String) async throws {
      let storage = trainerStorage(on: try await TestPostgres.makeDatabase())
      let files = try [TestFile("a.wav", [1]), TestFile("l.txt", Array("a.wav\t0\n\(text)".utf8), isList: true)]
      await #expect { try await push(files, to: storage) } throws: {
        isError($0, .invalidArgument, "BAD_LIST") && "\($0)".contains("l.txt:\(text.contains("b.wav") ? 3 : 2)")
      }
    }

    @Test("Deleting a data set frees what nothing else needs; one that a job needs stays")
    func deletion() async throws {
      let url = try await TestPostgres.makeDatabase()
      let storage = trainerStorage(on: url)
      let (files, name) = (try testFiles(), try DatasetName("voices"))
      try await push(files, to: storage)
      try await push(Array(files[..<2]), as: "small", to: storage)
      let job = try await submit(to: storage)
      await #expect { try await storage.datasets.delete(name) } throws: {
        isError($0, .failedPrecondition, "DATASET_IN_USE") && "\($0)".contains(job.id.value)
      }
      _ = try await storage.jobs.cancel(job.id)
      try await storage.datasets.delete(name)
      #expect(try await storage.contents.sweep() == 3)
      #expect(try await count("SELECT FROM contents", on: url) == 1)
      #expect(try await storage.jobs.job(job.id).spec.dataset == name)
      await #expect { try await storage.datasets.delete(name) } throws: { isError($0, .notFound, "DATASET_NOT_FOUND") }
      await #expect { try await submit(to: storage) } throws: { isError($0, .notFound, "DATASET_NOT_FOUND") }
    }

    @Test("Two that push the same files at once both succeed, one of them as the first")
    func together() async throws {
      let url = try await TestPostgres.makeDatabase()
      let files = try testFiles()
      let results = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let storage = trainerStorage(on: url)
            // Who lost the race for the name is asked to try again, and finds it.
            do { return try await push(files, to: storage).created } catch let error as RecognitionError
            where error.code == .aborted { return try await push(files, to: storage).created }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.filter { $0 }.count == 1)
      #expect(try await count("SELECT FROM contents", on: url) == 4)
    }

    @Test("A page of data sets leads to the next")
    func pages() async throws {
      let storage = trainerStorage(on: try await TestPostgres.makeDatabase())
      for name in ["c", "a", "b"] { try await push([TestFile("f", [1])], as: name, to: storage) }
      let first = try await storage.datasets.datasets(PageRequest(size: 2))
      #expect(first.elements.map(\.name.value) == ["a", "b"])
      let second = try await storage.datasets.datasets(PageRequest(size: 2, token: first.nextToken))
      #expect(second.elements.map(\.name.value) == ["c"] && second.nextToken.isEmpty)
    }
  }
}

private actor Pieces {
  private(set) var bytes: [UInt8] = []
  func add(_ piece: [UInt8]) { bytes += piece }
}
