internal import FoundationEssentials
internal import VoiceEvaluation

/// The clips of a corpus and who speaks in them, before anything is split.
package struct Corpus: Sendable {
  /// A clip.
  package struct Clip: Sendable, Hashable {
    /// Its path below the corpus.
    package var path: String
    /// Name of its speaker.
    package var speaker: String
    /// What the corpus says it is for.
    package var purpose: CorpusLayout.Purpose
  }

  /// The clips, by path.
  package let clips: [Clip]

  /// What libsndfile and our readers know.
  private static let extensions: Set<String> = [
    "wav", "flac", "ogg", "opus", "mp3", "aiff", "aif", "au", "w64", "caf", "npy",
  ]

  /// Whether a file's name says that it is audio, or features of it.
  static func isAudio(_ path: String) -> Bool {
    path.lastIndex(of: ".").map { extensions.contains(path[path.index(after: $0)...].lowercased()) } ?? false
  }

  /// Finds the clips of a folder. Throws `badList` when it cannot be read or holds no clip of that layout.
  package static func scan(_ root: String, layout: CorpusLayout) throws(TrainingError) -> Corpus {
    let manager = FileManager.default
    var isFolder = false
    guard manager.fileExists(atPath: root, isDirectory: &isFolder), isFolder else {
      throw TrainingError(.badList, "\(root) is no folder")
    }
    guard let paths = try? manager.subpathsOfDirectory(atPath: root) else {
      throw TrainingError(.badList, "\(root) cannot be read")
    }
    let clips = paths.sorted().compactMap { path -> Clip? in
      guard isAudio(path), let (speaker, purpose) = layout.speaker(of: path) else { return nil }
      return Clip(path: path, speaker: speaker, purpose: purpose)
    }
    guard !clips.isEmpty else {
      throw TrainingError(.badList, "\(root) holds no audio in the layout '\(layout.rawValue)'")
    }
    return Corpus(clips: clips)
  }

  /// Reads a table with a header that names the columns `path` and `speaker`, parted by tabs; others are ignored.
  ///
  /// Throws `badList` naming file and line.
  package static func table(_ file: String) throws(TrainingError) -> Corpus {
    let list: ListFile
    do { list = try ListFile(path: file) } catch { throw TrainingError(.badList, error.message) }
    guard let header = list.lines.first, let path = header.columns.firstIndex(of: "path"),
      let speaker = header.columns.firstIndex(of: "speaker")
    else { throw TrainingError(.badList, "\(file): the header must name the columns path and speaker, parted by tabs") }
    var clips: [Clip] = []
    for (number, columns) in list.lines.dropFirst() {
      guard columns.count > max(path, speaker), !columns[path].isEmpty, !columns[speaker].isEmpty else {
        throw TrainingError(.badList, "\(file):\(number): a path or a speaker is missing")
      }
      clips.append(Clip(path: columns[path], speaker: columns[speaker], purpose: .any))
    }
    guard !clips.isEmpty else { throw TrainingError(.badList, "\(file): the list is empty") }
    return Corpus(clips: clips)
  }
}
