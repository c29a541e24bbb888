import FoundationEssentials
import Testing
import VoiceEvaluation
import VoiceTensor

@Suite("Metrics equal mvector's")
struct MetricsParityTests {
  /// What mvector gave for one list of scores.
  private struct Expected: Decodable {
    var eer: Double
    var threshold: Double
    var min_dcf: Double
    var min_dcf_pt05: Double?
  }

  private func golden(_ name: String) throws -> Safetensors {
    try Safetensors(contentsOf: URL(filePath: try #require(Golden.path("\(name).safetensors"))))
  }

  private func scores(_ name: String, _ golden: Safetensors) throws -> TrialScores {
    let values = try #require(golden.tensors["\(name).scores"]).values
    let labels = try #require(golden.tensors["\(name).labels"]).values
    var scores = TrialScores()
    for (score, label) in zip(values, labels) { scores.add(score, isTarget: label == 1) }
    return scores
  }

  @Test(
    "Equal error rate, threshold and cost",
    arguments: ["n10", "n100", "n1000", "n20000", "n5000_hard", "separable", "inverted"])
  func figures(name: String) throws {
    struct File: Decodable {
      var cases: [String: Expected] = [:]
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys { cases[key.stringValue] = try? container.decode(Expected.self, forKey: key) }
      }
    }
    let json = try Data(contentsOf: URL(filePath: try #require(Golden.path("metrics.json"))))
    let expected = try #require(try JSONDecoder().decode(File.self, from: json).cases[name])
    let curve = try DetectionCurve(try scores(name, golden("metrics")))
    #expect(abs(curve.equalErrorRate().rate - expected.eer) < 1e-12)
    #expect(curve.equalErrorRate().threshold == Float(expected.threshold))
    #expect(abs(curve.minimumCost() - expected.min_dcf) < 1e-12)
    let cost = try DetectionCost(targetPrior: 0.05)
    #expect(abs(curve.minimumCost(cost) - (try #require(expected.min_dcf_pt05))) < 1e-12)
  }

  @Test("The curve itself", arguments: ["n10", "n100", "n1000", "separable", "inverted"])
  func curve(name: String) throws {
    let golden = try golden("metrics")
    let misses = try #require(golden.tensors["\(name).fnr.f64"]).values
    let alarms = try #require(golden.tensors["\(name).fpr.f64"]).values
    let points = Array(try DetectionCurve(try scores(name, golden)))
    #expect(points.count == misses.count)
    for (point, (miss, alarm)) in zip(points, zip(misses, alarms)) {
      #expect(abs(point.missRate - Double(miss)) < 1e-7 && abs(point.falseAlarmRate - Double(alarm)) < 1e-7)
    }
  }

  @Test("Equal scores: mvector's answer hangs on the order of a sort, ours lies near it")
  func ties() throws {
    let curve = try DetectionCurve(try scores("ties", golden("metrics")))
    #expect(abs(curve.equalErrorRate().rate - 0.503) < 0.02)
    #expect(curve.equalErrorRate().threshold == 0.1)
  }

  @Test("Cosines")
  func cosines() throws {
    let golden = try golden("cosine")
    func rows(_ name: String) throws -> [[Float]] {
      let tensor = try #require(golden.tensors[name])
      return stride(from: 0, to: tensor.values.count, by: tensor.shape[1]).map {
        Array(tensor.values[$0..<$0 + tensor.shape[1]])
      }
    }
    let matrix = try EmbeddingMatrix(try rows("a") + rows("b"))
    let expected = try #require(golden.tensors["matrix"]).values
    let pairs = try #require(golden.tensors["pair"]).values
    for row in 0..<6 {
      for column in 0..<6 { #expect(abs(matrix.cosine(row, 6 + column) - expected[row * 6 + column]) < 1e-6) }
      #expect(abs(matrix.cosine(row, 6 + row) - pairs[row]) < 1e-6)
    }
  }
}

private struct Key: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
