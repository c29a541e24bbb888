import FoundationEssentials
import TestSupport
import Testing
import VoiceMessages

@Suite("The wire form as Google's compiler reads and writes it", .enabled(if: Protoc.isInstalled, Protoc.missing))
struct WireCompatibilityTests {
  private static let protos = "\(PackagePaths.root)/Protos"
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test("What we write Google reads, and what Google writes of it we read as the same message", arguments: Samples.all)
  func bothWays(_ sample: Sample) async throws {
    _ = try folder.write(sample.bytes, to: "ours")
    let protoc = "protoc -I'\(Self.protos)' $(cd '\(Self.protos)' && find . -name '*.proto' -printf '%P ')"
    try await Protoc.shell("\(protoc) --decode=\(sample.name) < ours > text", in: folder)
    try await Protoc.shell("\(protoc) --encode=\(sample.name) < text > theirs", in: folder)
    let text = try String(contentsOfFile: folder.file("text"), encoding: .utf8)
    // Fields have names in the text; those that Google does not know would have numbers.
    #expect(text.contains(/^[a-z_]+(:| \{)/.anchorsMatchLineEndings()), "\(text)")
    #expect(!text.contains(/^ *[0-9]+(:| \{)/.anchorsMatchLineEndings()), "\(text)")
    #expect(try sample.isRead(Array(Data(contentsOf: URL(filePath: folder.file("theirs"))))))
  }

  @Test("Text written by hand, through Google's compiler, gives the message that it says")
  func fromText() async throws {
    let text = """
      speaker_id: "ann" labels { key: "a" value: "1" } labels { key: "a" value: "2" }
      utterances { utterance_id: "u" report { warnings: [AUDIO_WARNING_CLIPPED, AUDIO_WARNING_SHORT] peak: 0.5 } }
      create_time { seconds: -62135596800 nanos: 1 }
      """
    _ = try folder.write(text.utf8, to: "text")
    let protoc = "protoc -I'\(Self.protos)' voiceprint/types/v1/people.proto"
    try await Protoc.shell("\(protoc) --encode=voiceprint.types.v1.Speaker < text > bytes", in: folder)
    let speaker = try TypesV1.Speaker(serialized: Array(Data(contentsOf: URL(filePath: folder.file("bytes")))))
    #expect(speaker.speakerId == "ann")
    #expect(speaker.labels == ["a": "2"])
    #expect(speaker.utterances.first?.report?.warnings == [.clipped, .short])
    #expect(speaker.utterances.first?.report?.peak == 0.5)
    #expect(speaker.createTime == .with { ($0.seconds, $0.nanos) = (-62_135_596_800, 1) })
  }
}
