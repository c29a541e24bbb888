package import VoiceTensor

// What has no parameters: each is an operation of the tape, or a few.
extension TrainingExecution {
  // ---- Value by value ----

  /// max(x, 0) of each value.
  package func relu(_ x: Variable) -> Variable { tape.relu(x) }

  /// The logistic function of each value.
  package func sigmoid(_ x: Variable) -> Variable { tape.sigmoid(x) }

  /// The hyperbolic tangent of each value.
  package func tanh(_ x: Variable) -> Variable { tape.tanh(x) }

  /// x · sigmoid(x) of each value.
  package func silu(_ x: Variable) -> Variable { tape.silu(x) }

  /// The sum of two maps of one shape.
  package func add(_ x: Variable, _ y: Variable) -> Variable { tape.add(x, y) }

  /// x · (1 + a) + y · (1 − a).
  package func fuse(_ x: Variable, _ y: Variable, by attention: Variable) -> Variable {
    tape.fuse(x, y, by: attention)
  }

  /// Every pixel times `[batch, 1, 1, channels]`.
  package func scale(_ x: Variable, by gate: Variable) -> Variable {
    let (line, length) = pixels(of: x)
    return tape.reshape(tape.multiply(line, gate, segmentLength: length), x.shape)
  }

  // ---- Shapes ----

  /// Some of the channels.
  package func channels(_ range: Range<Int>, of x: Variable) -> Variable { tape.slice(x, channels: range) }

  /// None: what is on the tape is never written again.
  package func room(channels: Int, like x: Variable) -> Variable? { nil }

  /// The channels of all maps.
  package func concatenate(_ maps: [Variable], in room: Variable?) -> Variable { tape.concatenate(maps) }

  /// `[batch, 1, width, channels · height]`.
  package func flatten(_ x: Variable) -> Variable {
    let (batch, height, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    return tape.reshape(tape.permute(x, [0, 2, 3, 1]), [batch, 1, width, channels * height])
  }

  /// `[batch, height, width + 2 · frames, channels]`.
  package func reflect(_ x: Variable, by frames: Int) -> Variable { tape.reflect(x, by: frames) }

  // ---- Pooling ----

  /// The largest or mean value of each channel under windows.
  package func pool(_ x: Variable, _ pooling: PoolingShape) -> Variable { tape.pool(x, pooling) }

  /// `[batch, 1, 1, channels]`.
  package func meanOverMap(_ x: Variable) -> Variable { tape.meanOverTime(pixels(of: x).line) }

  /// `[batch, 1, width, channels]`.
  package func meanOverHeight(_ x: Variable) -> Variable {
    tape.permute(tape.meanOverTime(tape.permute(x, [0, 2, 1, 3])), [0, 2, 1, 3])
  }

  /// `[batch, height, 1, channels]`.
  package func maxOverTime(_ x: Variable) -> Variable { tape.maxOverTime(x) }

  /// `[batch, height, 1, 2 · channels]`.
  package func statisticsPooling(_ x: Variable, _ spread: Spread) -> Variable { tape.statisticsPooling(x, spread) }

  /// `[batch, height, 1, 2 · channels]`.
  package func attentiveStatistics(_ x: Variable, scores: Variable, floor: Float) -> Variable {
    tape.attentiveStatistics(x, scores: scores, floor: floor)
  }

  /// `[batch, height, width, 3 · channels]`.
  package func appendContext(_ x: Variable, floor: Float) -> Variable {
    let statistics = tape.statisticsPooling(x, .populationDeviation(floor: floor))
    let nothing = tape.constant(Tensor(zeros: x.shape.dropLast() + [2 * x.shape[3]]))
    return tape.concatenate([x, tape.add(nothing, statistics, segmentLength: x.shape[2])])
  }

  /// A map as one line of pixels, `[batch, 1, height · width, channels]`.
  private func pixels(of x: Variable) -> (line: Variable, length: Int) {
    let length = x.shape[1] * x.shape[2]
    return (x.shape[1] == 1 ? x : tape.reshape(x, [x.shape[0], 1, length, x.shape[3]]), length)
  }
}
