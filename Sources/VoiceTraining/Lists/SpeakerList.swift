internal import VoiceEvaluation

/// mvector's list of training clips: lines of `path<TAB>label`, the label a speaker's number from 0 on.
package struct SpeakerList: Sendable {
  /// A clip of the list.
  package struct Clip: Sendable, Hashable {
    /// The path as it stands in the list.
    package var path: String
    /// Number of its speaker.
    package var speaker: Int

    /// A clip of its parts.
    package init(path: String, speaker: Int) { (self.path, self.speaker) = (path, speaker) }
  }

  /// Where it was read from.
  package let file: String
  /// The clips in the order of the file.
  package let clips: [Clip]
  /// One more than the highest number of a speaker.
  package let speakerCount: Int

  /// Reads a list. Throws `badList` naming file and line.
  package static func load(file: String) throws(TrainingError) -> SpeakerList {
    let lines: ListFile
    do { lines = try ListFile(path: file) } catch { throw TrainingError(.badList, error.message) }
    var clips: [Clip] = []
    clips.reserveCapacity(lines.lines.count)
    for (number, columns) in lines.lines {
      guard columns.count == 2, !columns[0].isEmpty else {
        throw TrainingError(.badList, "\(file):\(number): must be a path and a speaker's number, parted by a tab")
      }
      guard let speaker = Int(columns[1]), (0..<Self.mostSpeakers).contains(speaker) else {
        throw TrainingError(
          .badList, "\(file):\(number): the speaker '\(columns[1])' is no whole number from 0 to \(Self.mostSpeakers)")
      }
      clips.append(Clip(path: columns[0], speaker: speaker))
    }
    return try SpeakerList(file: file, clips: clips)
  }

  /// A list of clips. Throws `badList` when there are none.
  package init(file: String, clips: [Clip]) throws(TrainingError) {
    guard let highest = clips.map(\.speaker).max() else { throw TrainingError(.badList, "\(file): the list is empty") }
    self.file = file
    self.clips = clips
    speakerCount = highest + 1
  }

  /// Beyond it a number is a mistake: each class costs an embedding's worth of weights.
  private static let mostSpeakers = 100_000_000

  /// How many speakers a classifier must tell apart: `configured`, if it is not too few for the list, else the list's.
  ///
  /// Throws `badList` naming the right number when `configured` is another: too few would fail in the middle of a
  /// training, too many waste weights that never learn. nil takes the list's number.
  package func classCount(configured: Int?) throws(TrainingError) -> Int {
    guard let configured, configured != speakerCount else { return speakerCount }
    throw TrainingError(
      .badList,
      "model_conf.classifier.num_speakers is \(configured), but \(file) holds the speakers 0 to \(speakerCount - 1):"
        + " set it to \(speakerCount), or leave it out to take the list's number")
  }
}
