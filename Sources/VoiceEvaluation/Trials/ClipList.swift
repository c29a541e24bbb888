/// A list of clips for a purpose without pairs, as a cohort: the first column of each line.
package enum ClipList {
  /// Reads the list; what follows a tab is ignored. Throws `badList` naming the file.
  package static func load(file: String) throws(EvaluationError) -> [String] {
    let list = try ListFile(path: file)
    let clips = list.lines.compactMap(\.columns.first)
    if clips.isEmpty { throw list.wrong(1, "the list is empty") }
    return clips
  }
}
