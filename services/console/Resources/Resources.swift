internal import Hummingbird

/// Everything under `/api/v1`.
struct Resources: Sendable {
  let upstreams: ConsoleUpstreams
  let streams: LiveStreams
  let gate: LoginGate
  /// The description of the interface.
  let description: StaticFiles.File
  /// How long a stream of events may take before the browser is made to come again.
  let eventTime: Duration

  /// Adds all paths.
  func add(to routes: Routes) {
    routes.on(.get, "openapi.yaml", isQuick: true, isOpen: true) { description.answer($0.request) }
    SignIn(gate: gate, streams: streams).add(to: routes)
    Status(upstreams: upstreams).add(to: routes)
    Recognition(upstreams: upstreams).add(to: routes)
    Collections(upstreams: upstreams).add(to: routes)
    People(upstreams: upstreams).add(to: routes)
    Streams(streams: streams, gate: gate).add(to: routes)
    Datasets(upstreams: upstreams).add(to: routes)
    Jobs(upstreams: upstreams, eventTime: eventTime).add(to: routes)
    Epochs(upstreams: upstreams).add(to: routes)
    Promotions(upstreams: upstreams, eventTime: eventTime).add(to: routes)
  }
}
