internal import FoundationEssentials
internal import VoiceRecognition

/// Where the next page of a listing begins: the last name on this one, made opaque.
struct PageToken {
  /// What is listed; a token of one listing is refused by another.
  enum Listing: String {
    case collections = "c:"
    case speakers = "s:"
    case promotions = "p:"
    case speakersWithoutAudio = "w:"
    case datasets = "d:"
    case jobs = "j:"
  }

  /// The last name of the page before; empty for the first page, as every name comes after it.
  let last: String

  /// Reads a token from outside. Throws `invalidArgument`.
  init(_ token: String, of listing: Listing) throws(RecognitionError) {
    if token.isEmpty {
      last = ""
      return
    }
    guard let data = Data(base64Encoded: token), let text = String(validating: data, as: UTF8.self),
      text.hasPrefix(listing.rawValue), !text.utf8.contains(0)
    else { throw Self.wrong }
    last = String(text.dropFirst(listing.rawValue.count))
  }

  /// A token that no listing gave.
  static var wrong: RecognitionError {
    .invalid("page_token", "is not a token of this listing: pass next_page_token of the page before")
  }

  /// A page of `elements`, of which one more than wanted was read if there are more.
  static func page<Element>(
    _ elements: [Element], _ request: PageRequest, of listing: Listing, name: (Element) -> String
  ) -> Page<Element> {
    guard elements.count > request.size, let last = elements.prefix(request.size).last else {
      return Page(elements: elements, nextToken: "")
    }
    let token = Data((listing.rawValue + name(last)).utf8).base64EncodedString()
    return Page(elements: Array(elements.prefix(request.size)), nextToken: token)
  }
}
