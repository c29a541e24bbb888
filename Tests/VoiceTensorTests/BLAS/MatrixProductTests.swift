import Testing

@testable import VoiceTensor

@Suite("Matrix products")
struct MatrixProductTests {
  @Test("Transposes, pitches and sums are those of the definition", arguments: [false, true], [false, true])
  func product(_ transposeA: Bool, _ transposeB: Bool) {
    let (m, k, n, gap) = (3, 4, 5, 2)
    var random = RandomSource(seed: 3)
    func matrix(_ rows: Int, _ columns: Int) -> [Float] { (0..<rows * (columns + gap)).map { _ in random.uniform() } }
    let a = transposeA ? matrix(k, m) : matrix(m, k)
    let b = transposeB ? matrix(n, k) : matrix(k, n)
    var c = [Float](repeating: 0.5, count: m * n)
    a.withUnsafeBufferPointer { aValues in
      b.withUnsafeBufferPointer { bValues in
        let (aColumns, bColumns) = (transposeA ? m : k, transposeB ? k : n)
        multiplyMatrices(
          MatrixFactor(
            aValues.baseAddress!, rows: transposeA ? k : m, columns: aColumns, pitch: aColumns + gap,
            transposed: transposeA),
          MatrixFactor(
            bValues.baseAddress!, rows: transposeB ? n : k, columns: bColumns, pitch: bColumns + gap,
            transposed: transposeB),
          into: &c, adding: true)
      }
    }
    for i in 0..<m {
      for j in 0..<n {
        let sum = (0..<k).reduce(Float(0.5)) { sum, l in
          let left = transposeA ? a[l * (m + gap) + i] : a[i * (k + gap) + l]
          return sum + left * (transposeB ? b[j * (k + gap) + l] : b[l * (n + gap) + j])
        }
        #expect(abs(c[i * n + j] - sum) < 1e-5)
      }
    }
  }
}
