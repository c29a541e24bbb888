extension Tensor {
  /// The values of a tensor in memory; good for the time of a call.
  struct Memory {
    let base: UnsafePointer<Float>
    let count: Int
  }

  /// A tensor whose every value `fill` writes, which gets the first one; nothing is zeroed before.
  init(_ shape: [Int], fill: (UnsafeMutablePointer<Float>) -> Void) {
    let count = shape.reduce(1, *)
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialised in
      if let base = buffer.baseAddress, count > 0 { fill(base) }
      initialised = count
    }
    self.init(shape: shape, values: values)
  }

  /// Calls `body` with the values; there must be one.
  func read<Result>(_ body: (Memory) -> Result) -> Result {
    values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("a tensor \(shape) has no values to read") }
      return body(Memory(base: base, count: buffer.count))
    }
  }
}
