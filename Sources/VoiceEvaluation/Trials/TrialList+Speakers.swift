extension TrialList {
  /// Who speaks in each of `clips`, as numbers from 0 on; nil when the lists do not tell.
  ///
  /// Lists of labels tell. A pair list tells when each clip is one of a target pair: clips that target pairs join,
  /// directly or by others, are one speaker's.
  package var speakers: [Int]? {
    switch content {
    case .pairs(let pairs): Self.joined(pairs, clips: clips.count)
    case .product(let enrol, let test): Self.labelled(enrol + test, clips: clips.count)
    }
  }

  /// nil when a clip has two labels.
  private static func labelled(_ entries: [(clip: Int, label: String)], clips: Int) -> [Int]? {
    var numbers: [String: Int] = [:]
    var speakers = [Int?](repeating: nil, count: clips)
    for entry in entries {
      let number = numbers[entry.label] ?? numbers.count
      numbers[entry.label] = number
      guard speakers[entry.clip] ?? number == number else { return nil }
      speakers[entry.clip] = number
    }
    return speakers.compactMap(\.self)
  }

  /// nil when a clip is in no target pair, or when two clips of one speaker are an impostor pair.
  private static func joined(_ pairs: [Pair], clips: Int) -> [Int]? {
    var parents = Array(0..<clips)
    var isJoined = [Bool](repeating: false, count: clips)
    func root(_ clip: Int) -> Int {
      var clip = clip
      while parents[clip] != clip {
        parents[clip] = parents[parents[clip]]
        clip = parents[clip]
      }
      return clip
    }
    for pair in pairs where pair.isTarget {
      parents[root(pair.enrol)] = root(pair.test)
      (isJoined[pair.enrol], isJoined[pair.test]) = (true, true)
    }
    guard isJoined.allSatisfy(\.self), pairs.allSatisfy({ $0.isTarget || root($0.enrol) != root($0.test) }) else {
      return nil
    }
    var numbers: [Int: Int] = [:]
    return (0..<clips).map { clip in
      let number = numbers[root(clip)] ?? numbers.count
      numbers[root(clip)] = number
      return number
    }
  }
}
