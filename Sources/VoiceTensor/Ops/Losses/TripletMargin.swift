// For each anchor p = least similarity to its own speaker, n = greatest to another;
// L = mean max(0, n − p + m) + w · (mean max(0, a₊ − p) + mean h), h = n − a₋ if that is positive, else 1
// (the triplet loss with hardest pairs, Hermans et al. 2017, on similarities; mvector adds the absolute terms, w or 0).
//
// d [rows, rows], symmetric · L a scalar
// A batch may have any number of voices of each speaker, where mvector needs the same of all; an anchor that has nobody
// to be told from adds nothing.
// The 1 of satisfied negatives is mvector's: a constant that no gradient sees, kept so that losses can be compared.

/// Margins between similarities.
package struct TripletMargin: Sendable, Hashable {
  /// How much more similar the own speaker must be.
  package var margin: Double
  /// Weight w of the absolute terms.
  package var absoluteWeight: Double
  /// How similar the own speaker must be, a₊.
  package var ownAtLeast: Double
  /// How similar another may be, a₋.
  package var othersAtMost: Double

  /// Margins with mvector's defaults.
  package init(
    margin: Double = 0.5, absoluteWeight: Double = 1, ownAtLeast: Double = 0.8, othersAtMost: Double = 0.4
  ) {
    (self.margin, self.absoluteWeight) = (margin, absoluteWeight)
    (self.ownAtLeast, self.othersAtMost) = (ownAtLeast, othersAtMost)
  }
}

extension Tape {
  /// The loss of the similarities of a batch's rows to one another.
  package func tripletMargin(_ similarities: Variable, labels: [Int], _ margin: TripletMargin) -> Variable {
    let rows = labels.count
    precondition(
      similarities.shape == [rows, rows], "triplet margin: \(similarities.shape) for \(rows) labels")
    var loss = 0.0
    var gradient = Tensor(zeros: similarities.shape)
    let share = 1 / Double(rows)
    for anchor in 0..<rows {
      func similarity(_ other: Int) -> Float { similarities.value.values[anchor * rows + other] }
      var (own, other) = (anchor, -1)
      for index in 0..<rows {
        if labels[index] == labels[anchor] {
          if similarity(index) < similarity(own) { own = index }
        } else if other < 0 || similarity(index) > similarity(other) {
          other = index
        }
      }
      guard other >= 0 else { continue }
      let (p, n) = (Double(similarity(own)), Double(similarity(other)))
      var (dOwn, dOther) = (0.0, 0.0)
      if n - p + margin.margin > 0 {
        loss += share * (n - p + margin.margin)
        (dOwn, dOther) = (-share, share)
      }
      if margin.absoluteWeight > 0 {
        let weight = margin.absoluteWeight * share
        if margin.ownAtLeast - p > 0 {
          loss += weight * (margin.ownAtLeast - p)
          dOwn -= weight
        }
        let excess = n - margin.othersAtMost
        loss += weight * (excess > 0 ? excess : 1)
        if excess > 0 { dOther += weight }
      }
      gradient.values[anchor * rows + own] += Float(dOwn)
      gradient.values[anchor * rows + other] += Float(dOther)
    }
    return record(.tripletMargin, [similarities], Tensor(shape: [], values: [Float(loss)])) { [gradient] dy in
      [gradient.map { $0 * dy.values[0] }]
    }
  }
}
