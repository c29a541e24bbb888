internal import VoiceMessages
internal import VoiceRecognition

/// Finds people by a part of their identifier or name: it walks the pages of a collection, so many people a call.
struct PeopleSearch: Sendable {
  /// As far as one call walks.
  static let reach = 10_000
  private static let stride: UInt32 = 1000

  private let text: String
  private let request: GatewayV1.ListSpeakersRequest
  private let size: Int
  private let place: Place

  /// Where a search goes on: in a page of the gateway, behind so many of its people.
  struct Place: Sendable, Hashable {
    var page = ""
    var skipped = 0

    /// From a token; throws `invalidArgument` for what is none.
    init(token: String) throws(RecognitionError) {
      if token.isEmpty { return }
      let parts = token.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let skipped = Int(parts[0]), skipped >= 0 else {
        throw .invalid("pageToken", "is not one that a search gave")
      }
      (self.skipped, page) = (skipped, String(parts[1]))
    }

    /// The token of a place; an empty one for the end.
    var token: String { page.isEmpty && skipped == 0 ? "" : "\(skipped).\(page)" }
  }

  /// Throws `invalidArgument` for a page token of something else.
  init(text: String, request: GatewayV1.ListSpeakersRequest) throws(RecognitionError) {
    self.text = text.lowercased()
    size = request.pageSize == 0 ? 100 : Int(min(request.pageSize, 1000))
    place = try Place(token: request.pageToken)
    var request = request
    request.pageSize = Self.stride
    self.request = request
  }

  /// A page of those found, by way of `list`.
  func run(
    _ list: (GatewayV1.ListSpeakersRequest) async throws -> GatewayV1.ListSpeakersResponse
  ) async throws -> SpeakerPage {
    var (found, place, walked): ([TypesV1.Speaker], Place, Int) = ([], place, 0)
    var request = request
    while true {
      request.pageToken = place.page
      let page = try await list(request)
      for speaker in page.speakers.dropFirst(place.skipped) {
        if found.count == size || walked == Self.reach {
          return SpeakerPage(speakers: found, nextPageToken: place.token)
        }
        if matches(speaker) { found.append(speaker) }
        (place.skipped, walked) = (place.skipped + 1, walked + 1)
      }
      (place.page, place.skipped) = (page.nextPageToken, 0)
      if place.page.isEmpty || walked >= Self.reach {
        return SpeakerPage(speakers: found, nextPageToken: place.token)
      }
    }
  }

  private func matches(_ speaker: TypesV1.Speaker) -> Bool {
    speaker.speakerId.lowercased().contains(text) || speaker.displayName.lowercased().contains(text)
  }
}
