/// Scores made comparable from clip to clip by what each clip scores against a cohort of strangers: adaptive s-norm
/// (Matějka et al., "Analysis of score normalization in multilingual speaker recognition", Interspeech 2017, AS-norm1).
///
/// s′ = ½ · ((s − μ_e) / σ_e + (s − μ_t) / σ_t), mean and deviation of the highest cohort scores of either clip.
package struct AdaptiveNormalization: Sendable {
  private let means: [Double]
  private let deviations: [Double]

  /// For the rows of `embeddings`, by the `top` highest cosines of each with the rows of `cohort`; all, if those are
  /// fewer.
  ///
  /// Throws `badValue` when a row's cohort scores do not differ, as with a cohort of one.
  package init(
    _ embeddings: EmbeddingMatrix, cohort: EmbeddingMatrix, top: Int
  ) throws(EvaluationError) {
    precondition(top > 0, "AS-norm by the \(top) highest scores")
    guard cohort.count > 1 else {
      throw EvaluationError(.badValue, "a cohort of \(cohort.count) has no deviation: name at least two")
    }
    let used = min(top, cohort.count)
    var (means, deviations): ([Double], [Double]) = ([], [])
    for row in 0..<embeddings.count {
      let highest = embeddings.cosines(of: row, with: cohort).sorted(by: >).prefix(used).map(Double.init)
      let mean = highest.reduce(0, +) / Double(used)
      let variance = highest.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(used)
      guard variance > 0 else {
        throw EvaluationError(.badValue, "embedding \(row): its \(used) highest cohort scores are all \(mean)")
      }
      means.append(mean)
      deviations.append(variance.squareRoot())
    }
    (self.means, self.deviations) = (means, deviations)
  }

  /// The normalised score of a pair.
  package func normalise(_ score: Float, _ left: Int, _ right: Int) -> Float {
    func standard(_ row: Int) -> Double { (Double(score) - means[row]) / deviations[row] }
    return Float((standard(left) + standard(right)) / 2)
  }
}
