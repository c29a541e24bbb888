/// The exact cosine of two L2-normalised vectors, clamped to -1 … 1: the score that searches report and verifications
/// of one person must equal.
package func cosine(_ left: [Float], _ right: [Float]) -> Double {
  precondition(left.count == right.count, "cosine of \(left.count) and \(right.count) values")
  return left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { cosine(left, $0) } }
}

/// The same on memory of equal counts.
func cosine(_ left: UnsafeBufferPointer<Float>, _ right: UnsafeBufferPointer<Float>) -> Double {
  var sum = 0.0
  for index in left.indices { sum += Double(left[index]) * Double(right[index]) }
  return min(1, max(-1, sum))
}
