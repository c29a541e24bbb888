import FoundationEssentials
import TestSupport
import Testing
import VoiceCluster

@Suite("The generator", .enabled(if: Protoc.isInstalled, Protoc.missing))
struct GeneratorTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(
    "The generated code is what Protos/ gives",
    .enabled("NOT RUN: the code is made by protoc 3.21.12 and protobuf-c 1.4.1, other versions word it differently") {
      try await Protoc.version("protoc-c").contains("protobuf-c 1.4.1\nlibprotoc 3.21.12")
    })
  func isFresh() async throws {
    let root = PackagePaths.root
    try await Protoc.shell("'\(root)/Protos/generate.sh' --generator '\(Protoc.generator)' --output .", in: folder)
    let generated = ["C/CVoiceProtos/generated", "C/CVoiceProtos/include/google", "C/CVoiceProtos/include/grpc",
      "C/CVoiceProtos/include/opentelemetry",
      "C/CVoiceProtos/include/voiceprint", "C/CVoiceProtos/include/CVoiceProtos.h", "VoiceMessages/Generated"]
    for path in generated {
      // Fails with what differs, or is missing, or is too much.
      try await Protoc.shell("diff -r '\(root)/Sources/\(path)' 'Sources/\(path)' >&2", in: folder)
    }
  }

  @Test("A message that contains itself is refused with the way it does", arguments: [
    ("message A { A a = 1; }", "t.A → t.A"),
    (
      "message A { repeated B b = 1; } message B { map<string, C> c = 1; } message C { oneof o { A a = 1; } }",
      "t.A → t.B → t.C → t.A"
    ),
  ])
  func recursion(_ messages: String, _ way: String) async throws {
    let log = try await refusal("syntax = \"proto3\"; package t; \(messages)")
    #expect(log.contains("contains itself (\(way))"), "\(log)")
  }

  @Test("A proto2 group is refused by name")
  func group() async throws {
    let log = try await refusal("syntax = \"proto2\"; package t; message A { optional group G = 1 { } }")
    #expect(log.contains("field 'g' is a proto2 group"), "\(log)")
  }

  /// What the generator says of a file that it must refuse.
  private func refusal(_ proto: String) async throws -> String {
    _ = try folder.write(proto.utf8, to: "t.proto")
    let command = "protoc --plugin=protoc-gen-voice='\(Protoc.generator)' --voice_out=. t.proto"
    await #expect(throws: ClusterError.self) { try await Protoc.shell(command, in: folder) }
    return try String(contentsOfFile: folder.file("log"), encoding: .utf8)
  }
}
