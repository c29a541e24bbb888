/// Scores made comparable from clip to clip by what each clip scores against a cohort of strangers: adaptive s-norm
/// (Matějka et al., "Analysis of score normalization in multilingual speaker recognition", Interspeech 2017).
///
/// Of its variants it is AS-norm1: either clip of a pair has a cohort of its own, those of its highest scores.
/// s′ = ½ · ((s − μ_e) / σ_e + (s − μ_t) / σ_t), mean and deviation of the highest cohort scores of either clip.
package struct AdaptiveNormalization: Sendable {
  /// The variant's name.
  package static let variant = "as-norm1"

  /// How many strangers the cohort has.
  package let cohortCount: Int
  /// How many of a clip's highest cohort scores count: at most as many as there are.
  package let used: Int
  private let means: [Double]
  private let deviations: [Double]

  /// For the rows of `embeddings`, by the `top` highest cosines of each with the rows of `cohort`; all, if those are
  /// fewer. Errors call a row by its `name`.
  ///
  /// Throws `badValue` for a cohort of one, and when a row's cohort scores do not differ.
  package init(
    _ embeddings: EmbeddingMatrix, cohort: EmbeddingMatrix, top: Int,
    name: (Int) -> String = { "embedding \($0)" }
  ) throws(EvaluationError) {
    precondition(top > 0, "AS-norm by the \(top) highest scores")
    guard cohort.count > 1 else {
      throw EvaluationError(.badValue, "a cohort of \(cohort.count) has no deviation: name at least two")
    }
    let used = min(top, cohort.count)
    guard used > 1 else {
      throw EvaluationError(.badArgument, "one cohort score has no deviation: take the highest two at least")
    }
    var (means, deviations): ([Double], [Double]) = ([], [])
    for row in 0..<embeddings.count {
      let highest = embeddings.cosines(of: row, with: cohort).sorted(by: >).prefix(used).map(Double.init)
      let mean = highest.reduce(0, +) / Double(used)
      let variance = highest.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(used)
      guard variance > 0 else {
        throw EvaluationError(.badValue, "\(name(row)): its \(used) highest cohort scores are all \(mean)")
      }
      means.append(mean)
      deviations.append(variance.squareRoot())
    }
    (cohortCount, self.used, self.means, self.deviations) = (cohort.count, used, means, deviations)
  }

  /// The normalised score of a pair.
  package func normalise(_ score: Float, _ left: Int, _ right: Int) -> Float {
    func standard(_ row: Int) -> Double { (Double(score) - means[row]) / deviations[row] }
    return Float((standard(left) + standard(right)) / 2)
  }
}
