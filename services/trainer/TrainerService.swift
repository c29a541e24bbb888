internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

/// Data sets and jobs on the wire.
struct TrainerService: RPCService {
  typealias Service = TrainerV1.TrainerService

  let storage: TrainerStorage
  let validator: JobValidator
  let evaluator: EpochEvaluator

  func register(with router: inout Router) {
    registerDatasets(with: &router)
    router.handle(Service.submitJob) { request, _ in
      let submission = try JobSubmission(request)
      let warnings = try await validator.check(submission)
      guard !request.validateOnly else { return .with { $0.warnings = warnings } }
      let job = try await storage.jobs.submit(submission).job
      return .with { ($0.job, $0.warnings) = (.init(job), warnings) }
    }
    router.handle(Service.getJob) { request, _ in
      let job = try await storage.jobs.job(JobID(request.job))
      return .with { $0.job = .init(job) }
    }
    router.handle(Service.listJobs) { request, _ in
      let page = try await storage.jobs.jobs(
        JobFilter(request), PageRequest(size: Int(request.pageSize), token: request.pageToken))
      return .with {
        $0.jobs = page.elements.map { .init($0) }
        $0.nextPageToken = page.nextToken
      }
    }
    router.handle(Service.cancelJob) { request, _ in
      let job = try await storage.jobs.cancel(JobID(request.job))
      return .with { $0.job = .init(job) }
    }
    router.handle(Service.evaluate) { request, _ in
      let evaluation = try await evaluator.evaluate(
        EpochName(request.epoch), on: DatasetName(request.dataset, field: "dataset"), .init(request))
      return .with { $0.evaluation = .init(evaluation) }
    }
    router.handle(Service.watchJob) { request, writer, _ in try await watch(request, writer) }
  }

  private func registerDatasets(with router: inout Router) {
    router.handle(Service.findMissingContents) { request, _ in
      guard request.sha256.count <= 10_000 else {
        throw RecognitionError.invalid("sha256", "are \(request.sha256.count), at most 10000 are taken")
      }
      let missing = try await storage.contents.missing(request.sha256.map { try ContentHash($0) })
      return .with { $0.sha256 = missing.map(\.value) }
    }
    router.handle(Service.pushDataset) { requests, _ in try await push(requests) }
    router.handle(Service.listDatasets) { request, _ in
      let page = try await storage.datasets.datasets(PageRequest(size: Int(request.pageSize), token: request.pageToken))
      return .with {
        $0.datasets = page.elements.map { .init($0) }
        $0.nextPageToken = page.nextToken
      }
    }
    router.handle(Service.deleteDataset) { request, _ in
      try await storage.datasets.delete(DatasetName(request.name))
      return .init()
    }
  }

  func serverWillStop() { storage.jobs.endWatching() }

  private func push(
    _ requests: MessageStream<TrainerV1.PushDatasetRequest>
  ) async throws -> TrainerV1.PushDatasetResponse {
    // Read ahead, and not cancelled with the call: what came whole before a connection broke is stored, so that the
    // next push goes on from there.
    try await ReadAhead.over(limit: 8) {
      var iterator = requests.makeAsyncIterator()
      return try await iterator.next()
    } _: { requests in
      guard let first = try await requests.next(), case .header(let header)? = first.payload else {
        throw RecognitionError.invalid("payload", "the stream must begin with a header")
      }
      return try await store(&requests, as: DatasetName(header.name, field: "header.name"))
    }
  }

  private func store(
    _ requests: inout ReadAhead<TrainerV1.PushDatasetRequest>.Iterator, as name: DatasetName
  ) async throws -> TrainerV1.PushDatasetResponse {
    let upload = try storage.datasets.push(name)
    do {
      while let request = try await requests.next() {
        switch request.payload {
        case .files(let files)?: try await upload.add(files.files.map { try DatasetFile($0) })
        case .chunk(let chunk)?: try await upload.append(file: Int(chunk.file), chunk.data.array)
        default: throw RecognitionError.invalid("payload", "after the header only files and chunks may follow")
        }
      }
      let (record, created) = try await upload.finish()
      return .with {
        $0.dataset = .init(record)
        $0.created = created
      }
    } catch {
      // What cannot be dropped now counts for nothing.
      do { try await upload.abandon() } catch {}
      throw error
    }
  }

  private func watch(
    _ request: TrainerV1.WatchJobRequest, _ writer: MessageWriter<TrainerV1.WatchJobResponse>
  ) async throws {
    let job = try JobID(request.job)
    let isWhole = try await storage.jobs.watch(job, after: Int(clamping: request.afterSequence)) { update in
      try await writer.write(
        .with {
          switch update {
          case .event(let event): $0.payload = .event(.init(event))
          case .position(let position): $0.payload = .position(.init(position))
          }
        })
    }
    if isWhole { return }
    try Task.checkCancellation()
    throw RecognitionError.unavailable("trainer", "the trainer is being shut down: watch another one")
  }
}
