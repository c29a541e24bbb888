internal import ArgumentParser
internal import VoiceCluster
internal import VoiceMessages
internal import VoiceRPC

/// Which trainer a command talks to.
struct TrainerOptions: ParsableArguments {
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var security: SecurityOptions
  @Option(help: "The trainer, host:port. Default: that of the local cluster.")
  var trainer: String?

  /// A client of the trainer.
  func client() throws -> TrainerClient {
    TrainerClient(channel: try security.channel(to: .trainer, named: trainer, of: cluster))
  }
}

/// Calls the trainer; its errors say where they come from.
struct TrainerClient: Sendable {
  typealias Service = TrainerV1.TrainerService

  private let channel: Channel

  init(channel: Channel) { self.channel = channel }

  /// Calls a method with one request and one response.
  func call<Request, Response>(
    _ method: UnaryMethod<Request, Response>, _ request: Request, within time: Duration = .seconds(60)
  ) async throws -> Response {
    do {
      return try await channel.call(method, request, options: CallOptions(deadline: .after(time)))
    } catch let error as RPCError { throw failure(error) }
  }

  /// Which of these contents the trainer lacks. A broken connection is thrown as it is: it is worth another try.
  /// Waits for a trainer that is away if told to.
  func missingContents(_ sha256: [String], waits: Bool) async throws -> [String] {
    let options = CallOptions(deadline: .after(.seconds(60)), waitsForReady: waits)
    do {
      return try await channel.call(Service.findMissingContents, .with { $0.sha256 = sha256 }, options: options).sha256
    } catch let error as RPCError where error.code != .unavailable { throw failure(error) }
  }

  /// Pushes a data set, whose messages `write` sends. A broken connection is thrown as it is: it is worth another try.
  func push(
    _ write: (RequestWriter<TrainerV1.PushDatasetRequest>) async throws -> Void
  ) async throws -> TrainerV1.PushDatasetResponse {
    do { return try await channel.call(Service.pushDataset, options: CallOptions(waitsForReady: true), write) } catch
      let error as RPCError where error.code != .unavailable
    {
      throw failure(error)
    }
  }

  /// Gives what happens to a job until it has ended or `body` says that it has seen enough; also over the trainer's
  /// restart, with nothing lost or repeated.
  func watch(
    _ job: String, after sequence: UInt64 = 0,
    _ body: (TrainerV1.WatchJobResponse.Payload) throws -> Bool
  ) async throws {
    var (last, failures) = (sequence, 0)
    while true {
      do {
        let stream = try channel.call(
          Service.watchJob, .with { ($0.job, $0.afterSequence) = (job, last) },
          options: CallOptions(waitsForReady: true))
        for try await message in stream {
          failures = 0
          guard let payload = message.payload else { continue }
          if case .event(let event) = payload { last = event.sequence }
          if try body(payload) { return }
        }
        return
      } catch let error as RPCError where error.mayPass && failures < 60 && !Task.isCancelled {
        // Nothing here can tell when a trainer is back.
        failures += 1
        try await Task.sleep(for: .milliseconds(500))
      } catch let error as RPCError { throw failure(error) }
    }
  }

  private func failure(_ error: RPCError) -> any Error {
    if error.code == .cancelled, Task.isCancelled { return CancellationError() }
    return CommandError("\(error.message) (\(error.code), from the trainer \(channel.target))")
  }
}

extension RPCError {
  /// Whether the same call may succeed later.
  fileprivate var mayPass: Bool {
    switch code {
    case .unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .cancelled: true
    default: false
    }
  }
}
