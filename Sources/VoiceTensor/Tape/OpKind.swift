/// Every operation that a tape can record. Each has a row in the gradient table of the tests.
package enum OpKind: String, Sendable, CaseIterable {
  case add
  case affine
  case angularMargin
  case attentiveStatistics
  case batchNorm
  case clamp
  case concatenate
  case convolution
  case crossEntropy
  case frozenBatchNorm
  case fuse
  case linear
  case multiply
  case normalizeRows
  case permute
  case pool
  case reflect
  case relu
  case reshape
  case segmentMean
  case sigmoid
  case silu
  case slice
  case softmax
  case sphereFace2
  case statisticsPooling
  case sum
  case tanh
  case tripletMargin
}
