import FoundationEssentials
import FuzzTargets
import TestSupport
import Testing
import VoiceMessages

@Suite("What fuzzing starts from and what it found")
struct CorpusTests {
  @Test("Every file of the corpus is answered", arguments: FuzzTarget.allCases)
  func corpus(_ target: FuzzTarget) throws {
    let folder = "\(PackagePaths.root)/Tests/Fuzz/Corpus/\(target.rawValue)"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!files.isEmpty)
    for file in files {
      let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
      #expect(bytes.count <= target.longest, "\(file) is longer than what is fuzzed")
      target.run([UInt8](bytes))
      // Cut short anywhere, and with a bit of each of its first bytes turned.
      for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 64)) {
        target.run([UInt8](bytes.prefix(length)))
        var turned = [UInt8](bytes)
        turned[length] ^= 1 << (length % 8)
        target.run(turned)
      }
    }
  }

  @Test("Every request of the protos is fuzzed")
  func requests() throws {
    let folder = "\(PackagePaths.root)/Sources/VoiceMessages/Generated"
    var known: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
      // What describes a bad request in an error's details is none.
      if file.contains("error_details") { continue }
      let text = String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(file)")), as: UTF8.self)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard words.count > 2, words[1] == "struct", words[2].hasSuffix("Request:") else { continue }
        known.insert(String(words[2].dropLast()))
      }
    }
    #expect(Set(FuzzTarget.requestNames) == known)
  }
}
