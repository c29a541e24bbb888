internal import CVoiceKernels

/// Scores of queries against templates of 8 bits a value, on raw memory.
///
/// Templates lie in blocks of `block` side by side, `[pairs][block][2]`: the values `2p` and `2p + 1` of each together.
package struct SearchKernels: Sendable {
  /// The kernels of the fastest instruction set of this machine.
  package static let best = SearchKernels(isa: .best)
  /// Templates of a block.
  package static let block = Int(VK_SEARCH_BLOCK)

  /// The instruction set in use.
  package let isa: KernelISA

  /// The kernels of one instruction set.
  package init(isa: KernelISA) {
    precondition(isa.isSupported, "search kernels: this machine cannot run \(isa)")
    self.isa = isa
  }

  private var table: UnsafePointer<vk_search_kernels> { vk_search_kernels_for(isa.identifier)! }

  /// Writes the 8-bit form of a template; gives its scale, the length of the error `‖x - scale · code‖` and that of the
  /// form `‖scale · code‖`, which is not finite where a value is not.
  package func quantise(
    _ x: UnsafePointer<Float>, count: Int, into codes: UnsafeMutablePointer<Int8>
  ) -> (scale: Float, error: Double, norm: Double) {
    let form = table.pointee.quantise(count, x, codes)
    return (form.scale, form.error.squareRoot(), form.norm.squareRoot())
  }

  /// `scores[q][r] = factor[q] · scale[r] · Σ word[q] · code[r]` of `blocks` blocks of templates, `[queries][pitch]`.
  ///
  /// A query is `pairs` words of two 16-bit integers, the first in the lower half; no sum may leave 32 bits.
  package func scores(
    blocks: Int, pairs: Int, _ codes: UnsafePointer<Int8>, scales: UnsafePointer<Float>, queries: Int,
    _ words: UnsafePointer<Int32>, factors: UnsafePointer<Float>, _ scores: UnsafeMutablePointer<Float>, pitch: Int
  ) {
    table.pointee.scores(blocks, pairs, codes, scales, queries, words, factors, scores, pitch)
  }

  /// Writes the indices of the values that are at least `floor`, in order; gives how many they are.
  package func indices(
    of values: UnsafePointer<Float>, count: Int, atLeast floor: Float, _ indices: UnsafeMutablePointer<Int32>
  ) -> Int {
    table.pointee.at_least(count, values, floor, indices)
  }
}
