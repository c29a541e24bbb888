internal import VoiceNN
internal import VoiceTensor

/// Adds up the gradients of all ranks while the backward pass goes on: they are put into buckets as they become final,
/// and a bucket is on its way as soon as it is full (Li et al., "PyTorch Distributed", VLDB 2020). For one thread.
final class GradientExchange {
  /// 4 MiB: large enough for the network's speed, small enough that most are done before the backward pass is.
  private static let bucketSize = 1 << 20

  private let group: any RankGroup
  private let size: Int
  private var members: [Parameter] = []
  private var values: [Float] = []
  private var underWay: [(members: [Parameter], sum: Pending<[Float]>)] = []
  private var failure: TrainingError?

  /// An exchange of one step, in buckets of about `bucketSize` values.
  init(_ group: any RankGroup, bucketSize: Int = bucketSize) {
    self.group = group
    size = bucketSize
  }

  /// Takes a gradient that is final; the ranks give theirs in the same order.
  func add(_ gradient: Tensor, of parameter: Parameter) {
    if !members.isEmpty, values.count + gradient.count > size { send() }
    members.append(parameter)
    if values.isEmpty { values = gradient.values } else { values += gradient.values }
    if values.count >= size { send() }
  }

  /// Adds up the sums of a batch norm, and waits for them. A failure is thrown at the end: operations cannot fail.
  func add(_ sums: inout [Double]) {
    do throws(TrainingError) { sums = try group.beginSum(sums).wait() } catch { failure = failure ?? error }
  }

  /// The sums of all that was added. Throws `lostRank`.
  func sums() throws(TrainingError) -> [Parameter: Tensor] {
    if let failure { throw failure }
    if !members.isEmpty { send() }
    var sums: [Parameter: Tensor] = [:]
    for bucket in underWay {
      var rest = try bucket.sum.wait()[...]
      for parameter in bucket.members {
        sums[parameter] = Tensor(shape: parameter.shape, values: Array(rest.prefix(parameter.count)))
        rest = rest.dropFirst(parameter.count)
      }
    }
    underWay = []
    return sums
  }

  private func send() {
    underWay.append((members, group.beginSum(values)))
    (members, values) = ([], [])
  }
}
