internal import Hummingbird
internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// Trainings.
struct Jobs: Sendable {
  private typealias Service = TrainerV1.TrainerService
  let upstreams: ConsoleUpstreams
  /// How long events may take before the browser is made to come again.
  let eventTime: Duration

  func add(to routes: Routes) {
    routes.on(.get, "jobs", query: ["pageSize", "pageToken", "state", "dataset"]) { try await list($0) }
    routes.on(.post, "jobs") { call in
      try await call.with(JobBody.self) { body in
        let request = try body.request()
        let answer = try await upstreams.trainer.call(Service.submitJob, request)
        guard let job = answer.job else { return Response(json: [String: String]()) }
        return Response(json: JobAnswer(job), status: .created)
      }
    }
    routes.on(.get, "jobs/:job") { call in
      Response(json: JobAnswer(try await job(try call.name("job"))))
    }
    routes.on(.post, "jobs/:job/cancel") { call in
      let name = try call.name("job")
      let answer = try await upstreams.trainer.call(Service.cancelJob, .with { $0.job = name })
      return Response(json: JobAnswer(answer.job ?? .init()))
    }
    routes.on(.get, "jobs/:job/events", query: ["after"]) { try await events($0) }
  }

  private func list(_ call: Call) async throws -> Response {
    let size = try call.query.size("pageSize")
    let state = try call.query.text("state").orNil.map { name throws(RecognitionError) in
      try WireNames<TrainerV1.JobState>.jobState.value(of: name, field: "state")
    }
    let page = try await upstreams.trainer.call(
      Service.listJobs,
      .with {
        ($0.pageSize, $0.pageToken) = (size, call.query.text("pageToken"))
        ($0.states, $0.dataset) = (state.map { [$0] } ?? [], call.query.text("dataset"))
      })
    return Response(json: JobPage(page))
  }

  private func job(_ name: String) async throws -> TrainerV1.Job {
    try await upstreams.trainer.call(Service.getJob, .with { $0.job = name }).job ?? .init()
  }

  /// Events behind the one that the client has, until the job has ended. A browser that comes again says by itself
  /// which one that is.
  private func events(_ call: Call) async throws -> Response {
    let name = try call.name("job")
    var after = try call.query.count("after") ?? 0
    if let last = HTTPFields.Element.Name("Last-Event-ID").flatMap({ call.request.headers[$0] }), !last.isEmpty {
      guard let number = UInt64(last) else {
        throw RecognitionError.invalid("Last-Event-ID", "'\(last)' is not a whole number of at least 0")
      }
      after = number
    }
    // A job that is not there is told before the stream begins.
    _ = try await job(name)
    let request = TrainerV1.WatchJobRequest.with { ($0.job, $0.afterSequence) = (name, after) }
    let trainer = try upstreams.trainer
    return EventStream.answer(to: call.context) { sink in
      // When the trainer goes the connection ends without `end`, and the browser comes again.
      for try await message in try await trainer.call(Service.watchJob, request, timeout: eventTime) {
        guard let event = try ServerSentEvent(message) else { continue }
        guard await sink(event) else { return }
      }
      _ = await sink(.end)
    }
  }
}

/// A training to be queued.
struct JobBody: JSONBody {
  enum CodingKeys: String, CodingKey, CaseIterable { case spec, priority, validateOnly, requestId, autoPromotion }

  struct Spec: JSONBody {
    enum CodingKeys: String, CodingKey, CaseIterable {
      case dataset, configuration, augmentation, baseEpoch, seed, skipEvaluation
    }
    let dataset: String
    let configuration: String
    let augmentation: String?
    let baseEpoch: String?
    let seed: Whole<UInt64>?
    let skipEvaluation: Bool?
  }

  struct AutoPromotion: JSONBody {
    enum CodingKeys: String, CodingKey, CaseIterable { case promotion, eerImprovement, confidence }
    let promotion: Strict<PromotionBody>?
    let eerImprovement: Double?
    let confidence: Double?
  }

  let spec: Strict<Spec>
  let priority: Whole<Int32>?
  let validateOnly: Bool?
  let requestId: String?
  let autoPromotion: Strict<AutoPromotion>?

  /// On the wire. Throws `invalidArgument` for words that are not known.
  func request() throws(RecognitionError) -> TrainerV1.SubmitJobRequest {
    var request = TrainerV1.SubmitJobRequest()
    let spec = spec.value
    request.spec = .with {
      ($0.dataset, $0.configuration) = (spec.dataset, spec.configuration)
      ($0.augmentation, $0.baseEpoch) = (spec.augmentation ?? "", spec.baseEpoch ?? "")
      ($0.seed, $0.skipEvaluation) = (spec.seed?.value ?? 0, spec.skipEvaluation ?? false)
    }
    (request.priority, request.validateOnly) = (priority?.value ?? 0, validateOnly ?? false)
    request.requestId = requestId ?? ""
    if let policy = autoPromotion?.value {
      let promotion = try policy.promotion?.value.request(in: "autoPromotion.promotion.")
      request.autoPromotion = .with {
        ($0.promotion, $0.eerImprovement) = (promotion, policy.eerImprovement ?? 0)
        $0.confidence = policy.confidence ?? 0
      }
    }
    return request
  }
}
