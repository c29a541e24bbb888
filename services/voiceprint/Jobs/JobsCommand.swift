internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceMessages

/// `voiceprint jobs`: trainings that a trainer works on.
struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "Submit, follow and cancel trainings.",
    subcommands: [Submit.self, Watch.self, List.self, Cancel.self, Logs.self])

  struct Submit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Queue a training, once everything about it was checked.",
      discussion: """
        With --watch it shows what `voiceprint train` shows; Ctrl-C leaves the job running.

        With --auto-promote the network that comes out goes to a collection by itself if it tells people apart better \
        than the collection's own does, on the trials of the experiment's evaluation lists.
        """)

    @OptionGroup var options: TrainerOptions
    @OptionGroup var promotion: AutoPromotionOptions
    @Option(help: "The data set.") var dataset: String
    @Option(
      name: [.customLong("configs"), .customLong("config")],
      help: ArgumentHelp("The experiment, whose lists are lists of the data set.", valueName: "C.yml"))
    var configs: String
    @Option(help: ArgumentHelp("mvector 1.1's augmentation.yml.", valueName: "A.yml"))
    var dataAugmentConfigs: String?
    @Option(help: "The epoch whose network is the beginning (default: a random one).") var baseEpoch: String?
    @Option(help: "What all randomness follows from.") var seed: UInt64 = 0
    @Option(help: "Jobs of higher priority run first; -1000 to 1000.") var priority: Int32 = 0
    @Option(help: "Whether each pass is followed by an evaluation (true, false).") var doEval = true
    @Flag(help: "Check everything and queue nothing.") var dryRun = false
    @Flag(help: "Follow the job to its end.") var watch = false
    @OptionGroup var curves: CurveOptions
    @Flag(help: "Print the job as JSON.") var json = false

    func validate() throws {
      guard curves.logDir == nil || watch else { throw ValidationError("--log-dir needs --watch") }
    }

    func run() async throws {
      let client = try options.client()
      let configuration = try Self.text(of: configs)
      let augmentation = try dataAugmentConfigs.map { try Self.text(of: $0) } ?? ""
      let answer = try await client.call(
        TrainerClient.Service.submitJob,
        .with {
          $0.spec = .with {
            ($0.dataset, $0.configuration, $0.augmentation) = (dataset, configuration, augmentation)
            ($0.baseEpoch, $0.seed, $0.skipEvaluation) = (baseEpoch ?? "", seed, !doEval)
          }
          ($0.priority, $0.validateOnly) = (priority, dryRun)
          $0.autoPromotion = promotion.policy
          // The same job once, also when the call is tried again below.
          $0.requestId = dryRun ? "" : UUID().uuidString
        })
      answer.warnings.forEach { Terminal.say("warning: \($0)") }
      guard let job = answer.job else { return print("the job can be trained") }
      if json { try printJSON(JobLine(job)) }
      if watch { return try await JobFollower(client: client, job: job.job, logDir: curves.logDir).follow() }
      if !json { print("\(job.job) is queued: `voiceprint jobs watch \(job.job)`") }
    }

    private static func text(of file: String) throws -> String {
      guard let data = FileManager.default.contents(atPath: file), let text = String(bytes: data, encoding: .utf8)
      else { throw CommandError("\(file) cannot be read as UTF-8") }
      return text
    }
  }

  struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Follow a job to its end.", discussion: "Ctrl-C leaves the job running.")
    @OptionGroup var options: TrainerOptions
    @Argument(help: "The job.") var job: String
    @Option(help: "Only what came after the event of this number.") var after: UInt64 = 0
    @OptionGroup var curves: CurveOptions

    func run() async throws {
      try await JobFollower(client: try options.client(), job: job, logDir: curves.logDir).follow(after: after)
    }
  }

  struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what happened to a job so far.")
    @OptionGroup var options: TrainerOptions
    @Argument(help: "The job.") var job: String
    @OptionGroup var curves: CurveOptions

    func run() async throws {
      let client = try options.client()
      let answer = try await client.call(TrainerClient.Service.getJob, .with { $0.job = job })
      let last = answer.job?.lastSequence ?? 0
      let view = JobView(curves: curves.logDir)
      try await client.watch(job) { payload in
        guard case .event(let event) = payload else { return false }
        view.show(event)
        return event.sequence >= last
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the jobs, newest first.")
    @OptionGroup var options: TrainerOptions
    @Option(
      name: .customLong("job-state"),
      help: ArgumentHelp(
        "Only jobs in this state: \(JobView.states.map(JobView.word).joined(separator: ", ")). May be repeated.",
        valueName: "STATE"))
    var state: [TrainerV1.JobState] = []
    @Option(help: "Only jobs on this data set.") var dataset = ""
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let client = try options.client()
      var (jobs, token): ([JobLine], String) = ([], "")
      repeat {
        let page = try await client.call(
          TrainerClient.Service.listJobs,
          .with {
            ($0.pageSize, $0.pageToken) = (1000, token)
            ($0.states, $0.dataset) = (state, dataset)
          })
        jobs += page.jobs.map(JobLine.init)
        token = page.nextPageToken
      } while !token.isEmpty
      if json { return try printJSON(jobs) }
      var table = TextTable("job", "state", "data set", "priority", "attempts", "at", "best EER", "epoch")
      for job in jobs {
        table.add(
          job.job, job.state, job.dataset, "\(job.priority)", "\(job.attempts)", job.position ?? "",
          job.bestEER.map { Terminal.decimal($0, 5) } ?? "", job.candidateEpoch)
      }
      print(table.text)
    }
  }

  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End a job; one that runs saves first where it is.")
    @OptionGroup var options: TrainerOptions
    @Argument(help: "The job.") var job: String

    func run() async throws {
      let answer = try await options.client().call(TrainerClient.Service.cancelJob, .with { $0.job = job })
      let line = JobLine(answer.job ?? .init())
      print(answer.job?.cancelling == true ? "\(job) is being cancelled" : "\(job) is \(line.state)")
    }
  }
}

/// Where curves go.
struct CurveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A folder for the curves that `voiceprint train` writes, for TensorBoard.", valueName: "DIR"))
  var logDir: String?
}

/// A state in a word.
extension TrainerV1.JobState: ExpressibleByArgument {
  init?(argument: String) {
    guard let state = JobView.states.first(where: { JobView.word($0) == argument }) else { return nil }
    self = state
  }
}

/// A job as it is printed.
private struct JobLine: Encodable {
  let job: String
  let state: String
  let dataset: String
  let priority: Int32
  let attempts: UInt32
  let position: String?
  let bestEER: Double?
  let error: String
  let candidateEpoch: String

  enum CodingKeys: String, CodingKey {
    case job, state, dataset, priority, attempts, position, error
    case bestEER = "best_eer"
    case candidateEpoch = "candidate_epoch"
  }

  init(_ message: TrainerV1.Job) {
    (job, dataset, priority, attempts) = (message.job, message.spec?.dataset ?? "", message.priority, message.attempts)
    state = JobView.word(message.state)
    position = message.position.map { "epoch \($0.epoch), batch \($0.batch)/\($0.batches)" }
    (bestEER, error, candidateEpoch) = (message.bestEer, message.error, message.candidateEpoch)
  }
}
