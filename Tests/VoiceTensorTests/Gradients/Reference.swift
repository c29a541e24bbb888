@testable import VoiceTensor

/// A tensor in double precision, for the definitions that the operations are held to.
struct Reference: Sendable {
  let shape: [Int]
  var values: [Double]

  init(shape: [Int], values: [Double]) {
    precondition(values.count == shape.reduce(1, *))
    self.shape = shape
    self.values = values
  }

  /// The tensor whose value at each index is `body(index)`.
  init(_ shape: [Int], _ body: ([Int]) -> Double) {
    var values: [Double] = []
    for flat in 0..<shape.reduce(1, *) {
      var rest = flat
      let index = shape.reversed().map { length in
        defer { rest /= length }
        return rest % length
      }
      values.append(body(index.reversed()))
    }
    self.init(shape: shape, values: values)
  }

  subscript(_ index: [Int]) -> Double {
    values[Swift.zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  /// Zero outside of the tensor.
  func padded(_ index: [Int]) -> Double {
    Swift.zip(index, shape).allSatisfy { (0..<$1).contains($0) } ? self[index] : 0
  }

  func map(_ function: (Double) -> Double) -> Reference {
    Reference(shape: shape, values: values.map(function))
  }

  /// Mean and biased variance of a channel over all pixels.
  func statistics(channel: Int) -> (mean: Double, variance: Double) {
    let values = stride(from: channel, to: values.count, by: shape.last!).map { self.values[$0] }
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
  }
}
