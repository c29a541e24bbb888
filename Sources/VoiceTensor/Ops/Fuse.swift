// z = x · (1 + a) + y · (1 − a), all of one shape (ERes2Net's attentional feature fusion; a = tanh(…)).
// dx = dz · (1 + a) · dy = dz · (1 − a) · da = dz · (x − y).

extension Tape {
  /// Two maps, weighed by an attention in [-1, 1].
  package func fuse(_ x: Variable, _ y: Variable, by attention: Variable) -> Variable {
    let a = attention.value
    let sum = x.value.zip(y.value, +)
    let difference = x.value.zip(y.value, -)
    return record(.fuse, [x, y, attention], sum.zip(difference.zip(a, *), +)) { dz in
      [dz.zip(a) { $0 * (1 + $1) }, dz.zip(a) { $0 * (1 - $1) }, dz.zip(x.value.zip(y.value, -), *)]
    }
  }
}
