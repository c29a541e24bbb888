import Testing
import VoiceMessages
import VoiceRecognition
@testable import voiceprint_console

@Suite("Searching people, and queues between tasks")
struct SearchTests {
  /// A collection of so many people, in pages of a thousand.
  private func page(_ request: GatewayV1.ListSpeakersRequest, of count: Int) -> GatewayV1.ListSpeakersResponse {
    let begin = Int(request.pageToken) ?? 0
    let end = min(begin + Int(request.pageSize), count)
    return .with {
      $0.speakers = (begin..<end).map { index in
        .with { ($0.speakerId, $0.displayName) = ("p\(index)", index % 500 == 0 ? "ÉVA" : "") }
      }
      $0.nextPageToken = end < count ? "\(end)" : ""
    }
  }

  private func found(_ text: String, size: UInt32, of count: Int) async throws -> [String] {
    var (ids, token, calls): ([String], String, Int) = ([], "", 0)
    repeat {
      let request = GatewayV1.ListSpeakersRequest.with { ($0.pageSize, $0.pageToken) = (size, token) }
      let page = try await PeopleSearch(text: text, request: request).run { self.page($0, of: count) }
      #expect(page.speakers.count <= size)
      ids += page.speakers.map(\.speakerId)
      (token, calls) = (page.nextPageToken, calls + 1)
    } while !token.isEmpty && calls < 100
    return ids
  }

  @Test("Page by page everyone is found once", arguments: [1, 2, 3, 1000] as [UInt32])
  func pages(size: UInt32) async throws {
    #expect(try await found("éva", size: size, of: 2600) == ["p0", "p500", "p1000", "p1500", "p2000", "p2500"])
    #expect(try await found("P2599", size: size, of: 2600) == ["p2599"])
    #expect(try await found("nobody", size: size, of: 0).isEmpty)
  }

  @Test("One call walks so far and no further")
  func reach() async throws {
    let page = try await PeopleSearch(text: "p25000", request: .init()).run { self.page($0, of: 30_000) }
    #expect(page.speakers.isEmpty)
    #expect(page.nextPageToken == "0.10000")
    #expect(try await found("p25000", size: 10, of: 30_000) == ["p25000"])
    #expect(throws: RecognitionError.self) { try PeopleSearch.Place(token: "x") }
  }

  @Test("A queue takes so much, one thing of any weight, and gives all of it")
  func pipe() async {
    let pipe = Pipe<Int>(limit: 10)
    #expect(pipe.offer(1, weight: 20))
    #expect(!pipe.offer(2, weight: 1))
    #expect(await pipe.next() == 1)
    #expect(pipe.offer(2, weight: 5) && pipe.offer(3, weight: 5) && !pipe.offer(4, weight: 1))
    async let sent = pipe.send(4, weight: 5)
    #expect(await pipe.next() == 2)
    #expect(await sent)
    pipe.finish(with: 5)
    #expect(!pipe.offer(6) && !pipe.isAtEnd)
    #expect(await [pipe.next(), pipe.next(), pipe.next(), pipe.next()] == [3, 4, 5, nil])
    #expect(pipe.isAtEnd)
  }
}
