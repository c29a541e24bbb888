internal import Glibc

// L = mean over rows of −Σ_j q_j log softmax(z)_j, q = (1 − ε) onehot(label) + ε / N (PyTorch's label smoothing).
//
// z [rows, classes] · L a scalar
// dz = dL · (softmax(z) − q) / rows.

extension Tape {
  /// The mean cross entropy of logits, with smoothed labels.
  package func crossEntropy(_ logits: Variable, labels: [Int], smoothing: Double = 0) -> Variable {
    let (rows, classes) = (logits.value.pixels, logits.value.channels)
    precondition(
      labels.count == rows && labels.allSatisfy { (0..<classes).contains($0) },
      "cross entropy: \(labels.count) labels below \(classes) for logits \(logits.shape)")
    var probabilities = logits.value
    var loss = 0.0
    probabilities.values.withUnsafeMutableBufferPointer { values in
      for row in 0..<rows {
        let range = row * classes..<(row + 1) * classes
        let top = range.reduce(-Float.infinity) { max($0, values[$1]) }
        let sumOfLogits = range.reduce(0.0) { $0 + Double(values[$1]) }
        let own = Double(values[row * classes + labels[row]])
        for index in range { values[index] -= top }
        if let base = values.baseAddress {
          VectorKernels.best.exp(base + range.lowerBound, base + range.lowerBound, count: classes)
        }
        let sum = range.reduce(0.0) { $0 + Double(values[$1]) }
        for index in range { values[index] = Float(Double(values[index]) / sum) }
        // −Σ q_j (z_j − log Σ eᶻ)
        let normalizer = Double(top) + log(sum)
        loss += normalizer - (1 - smoothing) * own - smoothing * sumOfLogits / Double(classes)
      }
    }
    let value = Tensor(shape: [], values: [Float(loss / Double(rows))])
    return record(.crossEntropy, [logits], value) { [probabilities] dy in
      let share = dy.values[0] / Float(rows)
      var dz = probabilities
      dz.values.withUnsafeMutableBufferPointer { values in
        for index in values.indices { values[index] = (values[index] - Float(smoothing) / Float(classes)) * share }
        for row in 0..<rows { values[row * classes + labels[row]] -= Float(1 - smoothing) * share }
      }
      return [dz]
    }
  }
}
