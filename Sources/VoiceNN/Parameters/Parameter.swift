/// A tensor of a network's `state_dict`: its path is the checkpoint's key.
package struct Parameter: Sendable, Hashable {
  /// What a tensor is to a network.
  package enum Role: Sendable {
    /// Learnt by gradient.
    case weight
    /// Kept by the forward pass in training: the running statistics of a batch norm.
    case statistic
    /// A count kept beside the statistics (`num_batches_tracked`); a checkpoint may lack it.
    case counter
  }

  /// Its place among the parameters of its network.
  let index: Int
  /// The key in the `state_dict`.
  package let path: String
  /// PyTorch's shape, weights `[out, in, kernel…]`; empty for a scalar.
  package let shape: [Int]
  /// What it is to the network.
  package let role: Role

  /// How its values are drawn when there are none yet.
  package let initialization: Initialization

  /// How many values it has.
  package var count: Int { shape.reduce(1, *) }
}
