internal import Hummingbird
internal import VoiceRecognition

/// Refuses requests that the page of another site may have made a browser send.
///
/// A change needs the header `X-Voiceprint`, which no page can add to a request to another origin without a preflight,
/// and that is never granted. The host must be known, so that no name of somebody else's leads here (DNS rebinding).
struct ForgeryGuard: RouterMiddleware {
  typealias Context = ConsoleContext

  static let marker = "X-Voiceprint"
  /// Names that the console is called by, beside addresses and localhost.
  let hostNames: Set<String>

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let isUnsafe = ![.get, .head, .options].contains(request.method)
    let markers = HTTPFields.Element.Name(Self.marker).map { request.headers[values: $0] } ?? []
    if let reason = reasonToRefuse(
      isUnsafe: isUnsafe, host: request.head.authority, origins: request.headers[values: .origin], markers: markers)
    {
      throw RecognitionError(.permissionDenied, reason: "FORGERY", reason)
    }
    return try await next(request, context)
  }

  /// Why a request is refused; nil for one that may pass.
  func reasonToRefuse(isUnsafe: Bool, host: String?, origins: [String], markers: [String]) -> String? {
    guard let authority = host.flatMap({ Authority($0) }) else { return "the header Host is missing or no host" }
    guard authority.isAddress || authority.isLoopback || hostNames.contains(authority.host) else {
      return "this console is not called '\(authority.host)': add the name to listen.host_names"
    }
    guard isUnsafe else { return nil }
    guard markers == ["1"] else { return "the header \(Self.marker): 1 is missing" }
    for origin in origins {
      guard let from = Authority(origin: origin), authority.isServed(as: from) else {
        return "the request comes from a page of another origin"
      }
    }
    return origins.count > 1 ? "the header Origin stands twice" : nil
  }
}
