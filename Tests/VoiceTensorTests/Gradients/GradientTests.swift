import Testing

@testable import VoiceTensor

/// To add an operation: a case of `OpKind`, and a row in one of the tables with its definition in plain loops.
let gradientTable = elementwiseRows + shapeRows + timeRows + poolingRows + lossRows + normalizationRows + productRows

@Suite("Gradients of the tape's operations")
struct GradientTests {
  @Test("Value and gradients equal the definition and its central differences in float64", arguments: gradientTable)
  func row(_ row: GradientCase) {
    let report = row.run()
    #expect(report.recorded == row.kind, "the row runs another operation than it names")
    #expect(report.forwardError < 3e-6)
    #expect(report.gradientErrors.count == row.shapes.count)
    for error in report.gradientErrors { #expect(error < 1e-5) }
  }

  @Test("Every operation has a row in the gradient table", arguments: OpKind.allCases)
  func coverage(_ kind: OpKind) {
    #expect(gradientTable.contains { $0.kind == kind })
  }

  @Test("A wrong gradient is found")
  func sensitivity() {
    let wrong = GradientCase(.tanh, [[3, 5]]) { tape, inputs in
      tape.record(.tanh, inputs, inputs[0].value) { dy in [dy.map { 1.001 * $0 }] }
    } definition: { $0[0] }
    let report = wrong.run()
    #expect(report.forwardError == 0)
    #expect(report.gradientErrors[0] > 1e-4)
  }
}
