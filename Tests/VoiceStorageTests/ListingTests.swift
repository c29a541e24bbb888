import Testing
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct ListingTests {
    static let hostile = [
      "../x", "'; DROP TABLE speakers; --", "\"", "\\", "%", "_", " ", "مرحبا", "a\u{202E}b", "\u{e9}", "e\u{301}", "😀",
      "NULL", "{}", "$1", String(repeating: "x", count: 256),
    ]

    @Test("Any Unicode is a name: people are kept apart byte by byte and listed in that order, page by page")
    func hostileNames() async throws {
      let (storage, epoch, _) = try await makeStorage()
      for (index, name) in Self.hostile.enumerated() {
        let result = try await storage.speakers.enroll(
          enrolment(
            name, [[1, Float(index), 0, 0]], epoch: epoch, displayName: name, labels: ["note": name],
            requestID: String(name.prefix(128))))
        #expect(result.created, "\(name)")
      }
      var listed: [Speaker] = []
      var token = ""
      repeat {
        let page = try await storage.speakers.speakers(in: .standard, PageRequest(size: 3, token: token))
        #expect(page.elements.count <= 3)
        listed += page.elements
        token = page.nextToken
      } while !token.isEmpty
      let expected = Self.hostile.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
      #expect(listed.map { Array($0.id.value.utf8) } == expected)
      #expect(listed.allSatisfy { $0.displayName.utf8.elementsEqual($0.id.value.utf8) })
      let found = try await storage.speakers.found([1, 0, 0, 0], epoch: epoch)
      #expect(found.map { Array($0.utf8) } == Self.hostile.map { Array($0.utf8) })
      for name in Self.hostile {
        #expect(try await storage.speakers.deleteSpeaker(SpeakerID(name), in: .standard) == 1)
      }
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == [])
    }

    @Test("Collections of any name are listed by name, page by page")
    func collections() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let names = ["../x", "'; DROP TABLE collections; --", "日本", "b"]
      for name in names { _ = try await storage.speakers.createCollection(CollectionName(name), epoch: nil) }
      var listed: [SpeakerCollection] = []
      var token = ""
      repeat {
        let page = try await storage.speakers.collections(PageRequest(size: 2, token: token))
        listed += page.elements
        token = page.nextToken
      } while !token.isEmpty
      #expect(listed.map(\.name.value) == (names + ["default"]).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      #expect(listed.allSatisfy { $0.epoch == epoch && $0.speakerCount == 0 })
    }

    @Test("A token that is none, or of another listing, is refused by its field's name")
    func badTokens() async throws {
      let (storage, epoch, _) = try await makeStorage()
      for name in ["a", "b", "c"] { try await storage.speakers.enroll(enrolment(name, [[1, 0, 0, 0]], epoch: epoch)) }
      let speakers = try await storage.speakers.speakers(in: .standard, PageRequest(size: 1)).nextToken
      #expect(!speakers.isEmpty)
      for token in ["x", "!!!!", "", "YWJj", speakers].filter({ !$0.isEmpty }) {
        await #expect { _ = try await storage.speakers.collections(PageRequest(token: token)) } throws: {
          ($0 as? RecognitionError)?.code == .invalidArgument && ($0 as? RecognitionError)?.field == "page_token"
        }
      }
    }

    @Test("What is made twice exists already; what was never made is missing")
    func existence() async throws {
      let (storage, epoch, _) = try await makeStorage()
      let (name, nobody) = (try CollectionName("x"), try SpeakerID("nobody"))
      await #expect { _ = try await storage.speakers.collection(name) } throws: {
        isError($0, .notFound, "COLLECTION_NOT_FOUND")
      }
      await #expect { _ = try await storage.speakers.speakers(in: name, PageRequest()) } throws: {
        isError($0, .notFound, "COLLECTION_NOT_FOUND")
      }
      _ = try await storage.speakers.createCollection(name, epoch: epoch)
      await #expect { _ = try await storage.speakers.createCollection(name, epoch: epoch) } throws: {
        isError($0, .alreadyExists, "COLLECTION_EXISTS")
      }
      await #expect {
        _ = try await storage.speakers.createCollection(CollectionName("y"), epoch: EpochName("Nowhere-1"))
      } throws: {
        isError($0, .notFound, "EPOCH_NOT_FOUND")
      }
      await #expect { _ = try await storage.speakers.speaker(nobody, in: name) } throws: {
        isError($0, .notFound, "SPEAKER_NOT_FOUND")
      }
      for topK in [0, -1, 1001] {
        await #expect {
          _ = try await storage.speakers.search(Voiceprint(values: [1, 0, 0, 0], epoch: epoch), in: name, topK: topK)
        } throws: {
          ($0 as? RecognitionError)?.field == "top_k"
        }
      }
    }
  }
}
