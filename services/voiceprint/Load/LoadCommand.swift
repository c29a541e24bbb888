internal import ArgumentParser
internal import Glibc
internal import Synchronization
internal import VoiceConcurrency

/// `voiceprint load`: an open-loop load generator.
struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Call a cluster at a rate, at random moments, and measure what callers would see.",
    discussion: """
      Calls begin whether or not earlier ones have been answered (an open loop, Poisson arrivals), and a latency \
      counts from the moment at which its call was due: what a stalled service makes others wait is not left out. \
      Nothing is tried again. Ctrl-C ends the load early and prints what was measured.

      The exit status is 0 when every call was answered, 1 when some failed.
      """)

  @OptionGroup var options: GatewayOptions
  @Option(help: "The collection that is searched.") var collection = "default"
  @Option(help: "What to call and in which proportion: identify, verify, contrast, embed, enroll.")
  var calls = LoadMix(.identify)
  @Option(help: "Calls a second.") var rate = 10.0
  @Option(help: "How long to call, after the time that warms up.") var seconds = 30.0
  @Option(help: "How long to call before measuring begins, s.") var warmUp = 2.0
  @Option(help: "Calls under way beyond which none is sent: each counts as failed.") var mostInFlight = 1000
  @Option(help: "The moments and kinds of calls depend on nothing else.") var seed: UInt64 = 1
  @Flag(help: "Print one JSON object.") var json = false
  @Argument(help: "Recordings, used in turn.") var files: [String]

  func validate() throws {
    guard rate > 0, rate <= 100_000 else { throw ValidationError("--rate must be above 0, at most 100000") }
    guard seconds > 0, seconds <= 604_800 else { throw ValidationError("--seconds must be above 0, at most 604800") }
    guard warmUp >= 0, warmUp <= 3600 else { throw ValidationError("--warm-up must be 0 to 3600") }
    guard 1...1_000_000 ~= mostInFlight else { throw ValidationError("--most-in-flight must be 1 to 1000000") }
  }

  func run() async throws {
    let client = try options.client()
    let caller = try await LoadCaller(client, collection: collection, recordings: files, mix: calls)
    let loop = OpenLoop(rate: rate, seconds: warmUp + seconds, mostInFlight: mostInFlight, mix: calls, seed: seed)
    let report = try await flaggedByInterrupts { [warmUp] stop in
      let begin = ContinuousClock.now
      let progress = LoadProgress(since: begin)
      let calls = Mutex<[OpenLoop.Call]>([])
      let ticking = Task { if isatty(STDERR_FILENO) == 1 { await progress.run() } }
      do {
        try await loop.run(until: stop) { await caller.call($0) } ended: { call in
          progress.add(call)
          if call.due >= warmUp { calls.withLock { $0.append(call) } }
        }
      } catch {
        ticking.cancel()
        throw error
      }
      ticking.cancel()
      await ticking.value
      let measured = min(loop.seconds, (ContinuousClock.now - begin) / .seconds(1)) - warmUp
      return LoadReport(calls.withLock { $0 }, seconds: max(measured, 0.001))
    }
    try await caller.cleanUp()
    if json { try printJSON(report) } else { print(report.text) }
    if report.total.answered < report.total.calls { throw ExitCode(1) }
  }
}

/// A line a second on a terminal, of the calls that ended in it.
private final class LoadProgress: Sendable {
  private let begin: ContinuousClock.Instant
  private let second = Mutex((latencies: [Double](), failed: 0))

  init(since begin: ContinuousClock.Instant) { self.begin = begin }

  func add(_ call: OpenLoop.Call) {
    second.withLock { second in
      if call.failure == nil { second.latencies.append(call.milliseconds) } else { second.failed += 1 }
    }
  }

  func run() async {
    // Cancelled it has nothing more to say.
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      let (latencies, failed) = second.withLock { second in
        defer { second = ([], 0) }
        return (second.latencies.sorted(), second.failed)
      }
      let elapsed = Int((ContinuousClock.now - begin) / .seconds(1))
      func cell(_ part: Double) -> String {
        LoadReport.percentile(latencies, part).map { Terminal.decimal($0, 1) } ?? "-"
      }
      Terminal.say(
        "\(elapsed) s: \(latencies.count) answered, p50 \(cell(0.5)) ms, p99 \(cell(0.99)) ms, \(failed) failed")
    }
  }
}
