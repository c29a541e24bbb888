internal import VoiceEvaluation

/// Trials, and what is done to their scores.
struct TrialEvaluation: Sendable {
  /// Scores, and what came out of normalising them.
  struct Result: Sendable {
    var scores: TrialScores
    var normalization: AdaptiveNormalization?
    /// The equal error rates of the bootstrap's replicates; none when it is not known who speaks.
    var rates: [Double] = []
    /// How many speakers they were drawn from.
    var speakers: Int?

    /// Of the equal error rate, 95 of 100; nil when it is not known who speaks.
    var interval: ClosedRange<Double>? { rates.isEmpty ? nil : SpeakerBootstrap.interval(rates) }
  }

  private static let replicates = 1000

  let list: TrialList
  /// Clips whose mean is subtracted; none to leave the embeddings where they are.
  let centring: [ListedClip]
  /// Strangers and who they are; none to leave the scores as they are.
  let cohort: [(clip: ListedClip, speaker: String)]
  let top: Int
  /// Threads that compute; nil for as many as there are cores.
  var threads: Int?

  /// Places of each stranger's clips in the cohort, in the order in which the list names them.
  private var strangers: [[Int]] {
    var places: [String: Int] = [:]
    var groups: [[Int]] = []
    for (index, entry) in cohort.enumerated() {
      if let place = places[entry.speaker] {
        groups[place].append(index)
      } else {
        places[entry.speaker] = groups.count
        groups.append([index])
      }
    }
    return groups
  }

  /// What a person should know about the lists.
  var notes: [String] {
    if cohort.isEmpty { return [] }
    var notes: [String] = []
    if top > strangers.count {
      notes.append("the cohort has \(strangers.count) strangers: all count, not the highest \(top)")
    }
    let known = Set(list.clips.map(\.path))
    let shared = cohort.count { known.contains($0.clip.path) }
    if shared > 0 { notes.append("\(shared) clips of the cohort are in the trials too: they are no strangers") }
    return notes
  }

  /// Embeds and scores. Throws what clips and lists have wrong.
  func run(_ network: LoadedNetwork, root: String) async throws -> Result {
    var embedder = ClipEmbedder(network: network, root: root, threads: threads)
    let cohortClips = cohort.map(\.clip)
    try await embedder.embed(list.clips + centring + cohortClips)
    let mean = centring.isEmpty ? nil : try EmbeddingMatrix.centre(embedder.rows(centring))
    let matrix = try EmbeddingMatrix(embedder.rows(list.clips), centre: mean)
    var normalization: AdaptiveNormalization?
    if !cohort.isEmpty {
      let strangers = try EmbeddingMatrix(embedder.rows(cohortClips), centre: mean).means(of: strangers)
      normalization = try AdaptiveNormalization(matrix, cohort: strangers, top: top) { list.clips[$0].path }
    }
    var result = Result(scores: list.scores(matrix, normalization: normalization), normalization: normalization)
    if let bootstrap = try SpeakerBootstrap(list, matrix, normalization: normalization) {
      result.rates = try await inParallel(count: Self.replicates, title: "interval", threads: threads) {
        bootstrap.rate(replicate: $0)
      }
      result.speakers = bootstrap.speakerCount
    }
    return result
  }
}
