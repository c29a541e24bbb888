import FoundationEssentials
import Testing
import VoiceRecognition
import VoiceTensor

@Suite("Recognition decides as mvector does")
struct RetrievalGoldenTests {
  /// What the index says of a file.
  private struct Facts: Decodable {
    var names: [String]?
    var results_by_threshold: [String: [[Answer]]]?
    init(from decoder: any Decoder) throws {
      let container = try? decoder.container(keyedBy: Keys.self)
      names = try? container?.decode([String].self, forKey: .names)
      results_by_threshold = try? container?.decode([String: [[Answer]]].self, forKey: .results_by_threshold)
    }
    enum Keys: CodingKey { case names, results_by_threshold }
  }

  /// A name, a score, or null.
  private enum Answer: Decodable {
    case name(String)
    case score(Double)
    case nobody
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .nobody
      } else if let score = try? container.decode(Double.self) {
        self = .score(score)
      } else {
        self = .name(try container.decode(String.self))
      }
    }
  }

  @Test("The same people are recognised and refused at every threshold", arguments: ["1.0.5", "1.1.1"])
  func retrieval(version: String) throws {
    let name = "retrieval_\(version).safetensors"
    let index = try Data(contentsOf: URL(filePath: try #require(Golden.path("index.json"))))
    let facts = try #require(JSONDecoder().decode([String: Facts].self, from: index)[name])
    let file = try Safetensors(contentsOf: URL(filePath: try #require(Golden.path(name))))
    let epoch = try EpochName("Test-1")
    func rows(_ key: String) throws -> [Voiceprint] {
      let tensor = try #require(file.tensors[key])
      return (0..<tensor.shape[0]).map { row in
        Voiceprint(values: Array(tensor.values[row * tensor.shape[1]..<(row + 1) * tensor.shape[1]]), epoch: epoch)
      }
    }
    let enrolled = zip(try #require(facts.names), try rows("db"))
    let templates = try Dictionary(grouping: enrolled, by: \.0).mapValues { try Template.make(of: $0.map(\.1)) }
    let results = try #require(facts.results_by_threshold)
    #expect(results.count == 3)
    for (threshold, answers) in results {
      for (query, answer) in zip(try rows("queries"), answers) {
        let scores = try templates.mapValues { try query.cosine(to: $0) }
        let best = try #require(scores.max { $0.value < $1.value })
        let accepted = best.value >= (try #require(Double(threshold)))
        switch (answer[0], answer[1]) {
        case (.name(let name), .score(let score)):
          // mvector averages raw embeddings, we their directions: the same person, nearly the same score.
          #expect(accepted && best.key == name && abs(best.value - score) < 0.02)
        default: #expect(!accepted)
        }
      }
    }
  }

  @Test("Cosines of pairs and of all with all")
  func cosines() throws {
    let file = try Safetensors(contentsOf: URL(filePath: try #require(Golden.path("cosine.safetensors"))))
    let epoch = try EpochName("Test-1")
    func rows(_ key: String) throws -> [Voiceprint] {
      let values = try #require(file.tensors[key]).values
      return (0..<6).map { Voiceprint(values: Array(values[$0 * 192..<($0 + 1) * 192]), epoch: epoch) }
    }
    let (a, b) = (try rows("a"), try rows("b"))
    let (pair, matrix) = (try #require(file.tensors["pair"]).values, try #require(file.tensors["matrix"]).values)
    for i in 0..<6 {
      #expect(abs(Float(try a[i].cosine(to: b[i])) - pair[i]) < 1e-6)
      for j in 0..<6 { #expect(abs(Float(try a[i].cosine(to: b[j])) - matrix[6 * i + j]) < 1e-6) }
    }
  }
}
