/// How a corpus lies in folders: which part of a clip's path names its speaker.
package enum CorpusLayout: String, Sendable, Hashable, CaseIterable {
  /// `<speaker>/…/<clip>`: the first folder is the speaker.
  case folders
  /// VoxCeleb: `…/id10001/<video>/<clip>`, in any folders above.
  case voxceleb
  /// CN-Celeb: training speakers in `data/id00000/<clip>`, its own evaluation in `eval/enroll` and `eval/test`.
  case cnceleb

  /// What a clip is for, where the corpus says so itself.
  package enum Purpose: Sendable, Hashable {
    case any
    case enrolment
    case trial
  }

  /// The speaker and purpose of a path below the corpus, nil when it is no clip of the layout.
  func speaker(of path: String) -> (name: String, purpose: Purpose)? {
    let parts = path.split(separator: "/").map(String.init)
    guard let file = parts.last, parts.count > 1 else { return nil }
    switch self {
    case .folders: return (parts[0], .any)
    case .voxceleb: return parts.first(where: Self.isIdentity).map { ($0, .any) }
    case .cnceleb:
      if let eval = parts.firstIndex(of: "eval"), eval + 1 < parts.count {
        // enroll/id00800-enroll.wav, test/id00800-singing-01-001.wav
        let name = String(file.prefix { $0 != "-" && $0 != "." })
        guard Self.isIdentity(name) else { return nil }
        switch parts[eval + 1] {
        case "enroll": return (name, .enrolment)
        case "test": return (name, .trial)
        default: return nil
        }
      }
      return parts.dropLast().first(where: Self.isIdentity).map { ($0, .any) }
    }
  }

  /// `id` and digits.
  private static func isIdentity(_ name: String) -> Bool {
    name.hasPrefix("id") && name.count > 2 && name.dropFirst(2).allSatisfy(\.isNumber)
  }
}
