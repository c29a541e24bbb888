internal import Hummingbird
internal import Logging
internal import VoiceServiceKit

/// What every request passes: a trace begins, errors become answers, every answer gets the headers that keep a browser
/// from doing with it what it should not, and the end is logged and counted.
struct AnswerHeaders: RouterMiddleware {
  typealias Context = ConsoleContext

  let log: Logger
  private let metrics = RequestMetrics()
  private let tracer: Tracer?

  /// Whether the console itself speaks TLS: then browsers shall never again come in plain text.
  private let hasTLS: Bool

  init(log: Logger, tracer: Tracer?, hasTLS: Bool) { (self.log, self.tracer, self.hasTLS) = (log, tracer, hasTLS) }

  private static let headers: [HTTPFields.Element] = [
    (
      "Content-Security-Policy",
      """
      default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
      connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
      frame-ancestors 'none'
      """
    ),
    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "microphone=(self)"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
  ].compactMap { name, value in HTTPFields.Element.Name(name).map { .init(name: $0, value: value) } }

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let trace = Tracer.context(after: nil, by: tracer)
    return await Tracer.$current.withValue(tracer) {
      await TraceContext.$current.withValue(trace) { await answer(request, context, trace, next) }
    }
  }

  private func answer(
    _ request: Request, _ context: Context, _ trace: TraceContext,
    _ next: (Request, Context) async throws -> Response
  ) async -> Response {
    let begin = ContinuousClock.now
    // The router has found the route already. What is asked for more often than people do is not recorded.
    let route = context.endpointPath ?? ""
    let isTraced = route.hasPrefix("/api/")
    let span = isTraced
      ? tracer?.begin(
        trace, parent: nil, "\(request.method) \(route)", .server,
        [("http.request.method", "\(request.method)"), ("http.route", route)]) : nil
    var response: Response
    var failure: (any Error)?
    do { response = try await next(request, context) } catch {
      failure = error
      response = Response(answering: error)
    }
    for field in Self.headers { response.headers[field.name] = field.value }
    if hasTLS { response.headers[.strictTransportSecurity] = "max-age=31536000" }
    if !response.headers.contains(.cacheControl) { response.headers[.cacheControl] = "no-store" }
    metrics.ended(route, response.status, since: begin)
    span?.end(httpStatus: response.status.code)
    logEnd(of: request, context, response, since: begin, failure)
    return response
  }

  /// Paths hold names of people: the pattern of the route is logged instead.
  private func logEnd(
    of request: Request, _ context: Context, _ response: Response, since begin: ContinuousClock.Instant,
    _ failure: (any Error)?
  ) {
    let path = context.endpointPath ?? ""
    let isProbe = path == "/healthz" && failure == nil
    let level: Logger.Level = response.status.code == 500 ? .error : isProbe ? .trace : .info
    let milliseconds = (ContinuousClock.now - begin) / .milliseconds(1)
    var metadata: Logger.Metadata = [
      "request": "\(request.method) \(path)", "status": "\(response.status.code)",
      "milliseconds": "\((milliseconds * 1000).rounded() / 1000)",
    ]
    if let failure { metadata["error"] = "\(failure)" }
    log.log(level: level, "request", metadata: metadata)
  }
}
