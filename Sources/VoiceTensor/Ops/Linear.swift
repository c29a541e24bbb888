// y = x · Wᵀ + b
//
// x [pixels…, inputs] · W [outputs, inputs] · b [outputs] · y [pixels…, outputs]
// dx = dy · W · dW = dyᵀ · x · db = Σ of dy over the pixels.

extension Tape {
  /// A fully connected layer on every pixel.
  package func linear(_ x: Variable, weight: Variable, bias: Variable? = nil) -> Variable {
    precondition(
      weight.shape.count == 2 && weight.shape[1] == x.value.channels, "linear: weights \(weight.shape) for \(x.shape)")
    precondition(bias == nil || bias?.shape == [weight.shape[0]], "linear: bias \(bias!.shape) for \(weight.shape)")
    let (pixels, inputs, outputs) = (x.value.pixels, weight.shape[1], weight.shape[0])

    let x2 = Matrix(x.value.values, rows: pixels, columns: inputs)
    let w = Matrix(weight.value.values, rows: outputs, columns: inputs)
    var y = Tensor(zeros: x.shape.dropLast() + [outputs])
    if let bias { for index in 0..<y.count { y.values[index] = bias.value.values[index % outputs] } }
    x2.multiply(w.transposed, addingTo: &y.values)

    return record(.linear, [x, weight] + (bias.map { [$0] } ?? []), y) { dy in
      let dy2 = Matrix(dy.values, rows: pixels, columns: outputs)
      var dx = Tensor(zeros: x.shape)
      dy2.multiply(w, addingTo: &dx.values)
      var dWeight = Tensor(zeros: weight.shape)
      dy2.transposed.multiply(x2, addingTo: &dWeight.values)
      return [dx, dWeight] + (bias == nil ? [] : [dy.channelSums()])
    }
  }
}
