internal import VoiceTensor

/// The place of this process among those that train together; alone it is rank 0 of 1.
struct Ranks {
  let group: (any RankGroup)?

  var rank: Int { group?.rank ?? 0 }
  var count: Int { group?.ranks ?? 1 }
  /// Whether this is the one that reads checkpoints, evaluates, writes and tells.
  var isFirst: Bool { rank == 0 }

  /// The sums over all ranks.
  func sum(_ values: [Double]) throws(TrainingError) -> [Double] {
    try group?.beginSum(values).wait() ?? values
  }

  /// Whether it is so on any rank.
  func any(_ isSo: Bool) throws(TrainingError) -> Bool { try sum([isSo ? 1 : 0])[0] > 0 }

  /// What `make` gives on rank 0, the only one that runs it: `count` numbers.
  func fromFirst(_ count: Int, _ make: () throws -> [Double]) throws -> [Double] {
    try sum(isFirst ? make() : [Double](repeating: 0, count: count))
  }

  /// The content of rank 0, as its checkpoint would have it.
  func fromFirst(_ content: CheckpointFolder.Content) throws -> CheckpointFolder.Content {
    guard let group else { return content }
    var files = isFirst ? try content.files() : [:]
    for name in CheckpointFolder.Content.fileNames {
      files[name] = try group.beginBroadcast(files[name] ?? []).wait()
    }
    return isFirst ? content : try CheckpointFolder.Content(files: files, origin: "rank 0")
  }

  /// Throws `badArgument` when rank 0 says something else: `facts` are what all ranks must have read alike.
  func requireSame(_ facts: @autoclosure () -> String) throws(TrainingError) {
    guard let group else { return }
    let checksum = CRC32.castagnoli.checksum(Array(facts().utf8)[...])
    let first = try group.beginBroadcast(Array("\(checksum)".utf8)).wait()
    guard first != Array("\(checksum)".utf8) else { return }
    throw TrainingError(
      .badArgument, "rank \(rank) has read another list or configuration than rank 0: give all the same files")
  }
}
