/// A clip that a list names.
package struct ListedClip: Sendable, Hashable {
  /// The path as it stands in the list.
  package var path: String
  /// Where it stands, `file:line`, for messages.
  package var origin: String

  /// A clip of a list.
  package init(path: String, origin: String) {
    self.path = path
    self.origin = origin
  }
}

/// A list of clips for a purpose without pairs, as a cohort: the first column of each line.
package enum ClipList {
  /// Reads the list; what follows a tab is ignored. Throws `badList` naming the file.
  package static func load(file: String) throws(EvaluationError) -> [ListedClip] {
    let list = try ListFile(path: file)
    let clips = list.lines.map { ListedClip(path: $0.columns[0], origin: "\(file):\($0.number)") }
    if clips.isEmpty { throw list.wrong(1, "the list is empty") }
    return clips
  }

  /// Reads the list, and its second column, the speaker; a clip without one is a speaker of its own. Throws `badList`
  /// naming the file.
  package static func loadSpeakers(file: String) throws(EvaluationError) -> [(clip: ListedClip, speaker: String)] {
    let list = try ListFile(path: file)
    return zip(try load(file: file), list.lines).map { clip, line in
      (clip, line.columns.count > 1 && !line.columns[1].isEmpty ? line.columns[1] : "\u{0}\(clip.path)")
    }
  }
}
