/// Processes that train one network together, each on its part of every batch: the ranks 0..<`ranks`.
///
/// All ranks ask for the same things in the same order, which is the order in which they are done; nobody is blocked
/// but who waits for a result.
package protocol RankGroup: Sendable {
  /// Which one this process is.
  var rank: Int { get }
  /// How many there are.
  var ranks: Int { get }

  /// Begins to add up the values of all ranks, as many from each.
  func beginSum(_ values: [Float]) -> Pending<[Float]>

  /// Begins to add up the values of all ranks, as many from each.
  func beginSum(_ values: [Double]) -> Pending<[Double]>

  /// Begins to send the bytes of rank 0 to all; what the others give is ignored.
  func beginBroadcast(_ bytes: [UInt8]) -> Pending<[UInt8]>
}
