@testable import VoiceTensor

let shapeRows: [GradientCase] = [
  GradientCase(.reshape, [[2, 6]]) { tape, x in
    tape.reshape(x[0], [3, 4])
  } definition: { x in Reference(shape: [3, 4], values: x[0].values) },
  GradientCase(.permute, [[2, 3, 4, 5]]) { tape, x in
    tape.permute(x[0], [2, 0, 3, 1])
  } definition: { x in Reference([4, 2, 5, 3]) { x[0][[$0[1], $0[3], $0[0], $0[2]]] } },
  GradientCase(.concatenate, [[2, 3, 1], [2, 3, 4], [2, 3, 2]]) { tape, x in
    tape.concatenate(x)
  } definition: { x in
    Reference([2, 3, 7]) { index in
      let (part, first) = index[2] < 1 ? (0, 0) : index[2] < 5 ? (1, 1) : (2, 5)
      return x[part][[index[0], index[1], index[2] - first]]
    }
  },
  GradientCase(.slice, [[3, 2, 7]]) { tape, x in
    tape.slice(x[0], channels: 2..<5)
  } definition: { x in Reference([3, 2, 3]) { x[0][[$0[0], $0[1], $0[2] + 2]] } },
]
