import FoundationEssentials
import TestSupport
import Testing
import VoiceModels

/// Names and shapes of every backbone of mvector 1.0.5 and 1.1.1 in its default size, 80 bins and 192 values.
/// Needs the folder of data for tests beside the package; without it these tests are shown as skipped.
@Suite(
  "Backbones of the default size have mvector's state_dict",
  .enabled(if: PackagePaths.shared("reference/state_keys") != nil, "../shared is not at hand"))
struct StateKeysTests {
  static let architectures = SpeakerNetwork.architectures.filter { !$0.hasPrefix("PANNS") }

  @Test("Key by key, shape by shape", arguments: architectures, NetworkConfiguration.Generation.allCases)
  func keys(_ architecture: String, _ generation: NetworkConfiguration.Generation) throws {
    let release = generation == .v1_0 ? "1.0.5" : "1.1.1"
    let path = try #require(PackagePaths.shared("reference/state_keys/\(architecture)_\(release).txt"))
    let configuration = NetworkConfiguration(
      architecture: architecture, generation: generation, inputSize: 80,
      embeddingSize: 192)
    // A line is the key, the shape as `[1, 2]` and the type, with tabs between.
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let expected = lines.map { line in
      let fields = line.split(separator: "\t")
      return (String(fields[0]), fields[1].split { !$0.isNumber }.compactMap { Int($0) })
    }
    let shapes = try SpeakerNetwork.parameterShapes(configuration)
    #expect(shapes == Dictionary(uniqueKeysWithValues: expected))
  }
}
