import Testing
import VoiceModels
import VoiceRecognition

@Suite("Configurations of networks")
struct NetworkConfigurationTests {
  private let configuration = NetworkConfiguration(architecture: "CAMPPlus", inputSize: 80, embeddingSize: 192)

  @Test("mvector's default CAM++ has the shapes of the published one")
  func defaults() throws {
    let shapes = try SpeakerNetwork.parameterShapes(configuration)
    #expect(shapes["xvector.tdnn.linear.weight"] == [128, 320, 5])
    #expect(shapes["xvector.block3.tdnnd16.linear1.weight"] == [128, 992, 1])
  }

  @Test("The head leaves an eighth of the bins, rounded up", arguments: [(1, 1), (8, 1), (9, 2), (81, 11)])
  func bins(_ bins: Int, _ left: Int) throws {
    var configuration = configuration
    configuration.inputSize = bins
    #expect(try SpeakerNetwork.parameterShapes(configuration)["xvector.tdnn.linear.weight"] == [128, 32 * left, 5])
  }

  @Test("What no network has is refused by name")
  func refused() {
    func message(_ change: (inout NetworkConfiguration) -> Void) -> String? {
      var configuration = configuration
      change(&configuration)
      let error = #expect(throws: NetworkError.self) { try SpeakerNetwork.parameterShapes(configuration) }
      #expect(error?.code == .badConfiguration)
      return error?.message
    }
    #expect(message { $0.architecture = "CAM++" }?.contains("'CAM++' is unknown; there are: ") == true)
    #expect(message { $0.arguments["growth"] = 3 }?.contains("no argument growth") == true)
    #expect(message { $0.arguments["growth_rate"] = 0 }?.contains("'growth_rate' is 0") == true)
    #expect(message { $0.arguments["growth_rate"] = "big" }?.contains("'growth_rate' is big, not a whole") == true)
    #expect(message { $0.arguments["memory_efficient"] = 2 }?.contains("memory_efficient") == true)
    #expect(message { $0.inputSize = -80 }?.contains("input size is -80") == true)
    #expect(message { $0.embeddingSize = .max }?.contains("embedding size") == true)
  }
}
