/// Pairs of clips to be compared, each with the truth about it. Clips are named once and pairs hold their places.
package struct TrialList: Sendable {
  /// Two clips, by their places in `clips`, and the truth about them.
  package struct Pair: Sendable, Hashable {
    /// Place of the clip that stands for the person.
    package var enrol: Int
    /// Place of the clip that is compared with it.
    package var test: Int
    /// Whether one person speaks in both.
    package var isTarget: Bool
  }

  /// The clips in the order in which the lists name them, each once.
  package let clips: [ListedClip]
  let content: Content

  enum Content: Sendable {
    case pairs([Pair])
    /// Every enrolment against every test: the product is never written down.
    case product(enrol: [(clip: Int, label: String)], test: [(clip: Int, label: String)])
  }

  /// Reads a pair list: a header with the columns `label`, `enrol` and `test` (others are ignored), then a pair a line,
  /// label 1 for one person and 0 for two. Throws `badList` naming file and line.
  package static func pairs(file: String) throws(EvaluationError) -> TrialList {
    try TrialList(pairs: ListFile(path: file))
  }

  /// Reads two lists of `path<TAB>label` lines: every clip of one against every clip of the other, as mvector's
  /// evaluation does. Throws `badList` naming file and line.
  package static func product(enrolFile: String, testFile: String) throws(EvaluationError) -> TrialList {
    try TrialList(enrol: ListFile(path: enrolFile), test: ListFile(path: testFile))
  }

  init(pairs file: ListFile) throws(EvaluationError) {
    guard let header = file.lines.first else { throw file.wrong(1, "the list is empty") }
    guard let label = header.columns.firstIndex(of: "label"), let enrol = header.columns.firstIndex(of: "enrol"),
      let test = header.columns.firstIndex(of: "test")
    else {
      throw file.wrong(header.number, "the header must name the columns label, enrol and test, parted by tabs")
    }
    var names = ClipPlaces()
    var pairs: [Pair] = []
    for line in file.lines.dropFirst() {
      guard line.columns.count > max(label, enrol, test) else {
        throw file.wrong(line.number, "\(line.columns.count) columns where the header has \(header.columns.count)")
      }
      guard ["0", "1"].contains(line.columns[label]) else {
        throw file.wrong(line.number, "the label '\(line.columns[label])' is neither 1 nor 0")
      }
      guard !line.columns[enrol].isEmpty, !line.columns[test].isEmpty else {
        throw file.wrong(line.number, "a clip has no name")
      }
      let places = [enrol, test].map { names.place(line.columns[$0], origin: "\(file.path):\(line.number)") }
      pairs.append(Pair(enrol: places[0], test: places[1], isTarget: line.columns[label] == "1"))
    }
    (clips, content) = (names.clips, .pairs(pairs))
  }

  init(enrol: ListFile, test: ListFile) throws(EvaluationError) {
    var names = ClipPlaces()
    func read(_ file: ListFile) throws(EvaluationError) -> [(clip: Int, label: String)] {
      var entries: [(Int, String)] = []
      for line in file.lines {
        guard line.columns.count == 2, !line.columns[0].isEmpty, !line.columns[1].isEmpty else {
          throw file.wrong(line.number, "must be a path and a label, parted by a tab")
        }
        let place = names.place(line.columns[0], origin: "\(file.path):\(line.number)")
        entries.append((place, line.columns[1]))
      }
      if entries.isEmpty { throw file.wrong(1, "the list is empty") }
      return entries
    }
    let enrolled = try read(enrol)
    content = .product(enrol: enrolled, test: try read(test))
    clips = names.clips
  }

  /// Number of pairs.
  package var count: Int {
    switch content {
    case .pairs(let pairs): pairs.count
    case .product(let enrol, let test): enrol.count * test.count
    }
  }

  /// Calls `body` with each pair.
  package func forEachPair(_ body: (Pair) -> Void) {
    switch content {
    case .pairs(let pairs): pairs.forEach(body)
    case .product(let enrol, let test):
      for left in enrol {
        for right in test { body(Pair(enrol: left.clip, test: right.clip, isTarget: left.label == right.label)) }
      }
    }
  }

  /// The cosine of each pair, normalised if asked for; the rows of `embeddings` are those of `clips`.
  package func scores(_ embeddings: EmbeddingMatrix, normalization: AdaptiveNormalization? = nil) -> TrialScores {
    precondition(embeddings.count == clips.count, "\(embeddings.count) embeddings of \(clips.count) clips")
    var scores = TrialScores()
    forEachScore(embeddings, normalization) { scores.add($1, isTarget: $0.isTarget) }
    return scores
  }

  /// Calls `body` with each pair and its score.
  func forEachScore(
    _ embeddings: EmbeddingMatrix, _ normalization: AdaptiveNormalization?, _ body: (Pair, Float) -> Void
  ) {
    forEachPair { pair in
      let cosine = embeddings.cosine(pair.enrol, pair.test)
      body(pair, normalization?.normalise(cosine, pair.enrol, pair.test) ?? cosine)
    }
  }
}

/// Gives each clip its place, the first time that it comes.
private struct ClipPlaces {
  private(set) var clips: [ListedClip] = []
  private var places: [String: Int] = [:]

  mutating func place(_ path: String, origin: String) -> Int {
    if let place = places[path] { return place }
    places[path] = clips.count
    clips.append(ListedClip(path: path, origin: origin))
    return clips.count - 1
  }
}
