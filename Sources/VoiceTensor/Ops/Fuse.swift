// z = x · (1 + a) + y · (1 − a), all of one shape (ERes2Net's attentional feature fusion; a = tanh(…)).
// dx = dz · (1 + a) · dy = dz · (1 − a) · da = dz · (x − y).

extension Tape {
  /// Two maps, weighed by an attention in [-1, 1].
  package func fuse(_ x: Variable, _ y: Variable, by attention: Variable) -> Variable {
    let a = attention.value
    let difference = team.zip(x.value, y.value, -)
    let z = team.zip(team.zip(x.value, y.value, +), team.zip(difference, a, *), +)
    return record(.fuse, [x, y, attention], z) { [team] dz in
      [team.zip(dz, a) { $0 * (1 + $1) }, team.zip(dz, a) { $0 * (1 - $1) }, team.zip(dz, difference, *)]
    }
  }
}
