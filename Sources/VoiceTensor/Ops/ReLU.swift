// y = max(x, 0), any shape.
// dx = dy where y > 0, else 0.

extension Tape {
  /// `max(x, 0)`.
  package func relu(_ x: Variable) -> Variable {
    let y = team.run(x.value) { VectorKernels.best.relu($0, $1, count: $2) }
    return record(.relu, [x], y) { [y, team] dy in [team.reluGradient(y, dy)] }
  }
}

extension TensorTeam {
  /// The gradient before a ReLU that gave y, of the one behind it.
  func reluGradient(_ y: Tensor, _ dy: Tensor) -> Tensor {
    Tensor(dy.shape) { dx in
      y.read { y in
        dy.read { dy in
          forEachCut(of: y.count, size: 1) { cut in
            TrainingKernels.best.reluGradient(
              y: y.base + cut.lowerBound, dy: dy.base + cut.lowerBound, dx + cut.lowerBound, count: cut.count)
          }
        }
      }
    }
  }
}
