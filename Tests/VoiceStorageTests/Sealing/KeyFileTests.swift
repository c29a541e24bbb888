import FoundationEssentials
import Glibc
import TestSupport
import Testing
import VoiceRecognition
import VoiceStorage

@Suite struct KeyFileTests {
  private let hex = String(repeating: "07", count: 32)
  private let base64 = String(repeating: "CAgI", count: 10) + "CAg="

  @Test("A key is 32 bytes, as base64 or hexadecimal digits, one a line, the current one first")
  func formats() throws {
    let folder = try TemporaryFolder()
    func ids(_ text: String) throws -> [String] { try KeyRing(file: folder.write(text.utf8, to: "keys")).ids }
    #expect(try ids(hex + "\n") == [serviceKey(7).id])
    #expect(try ids("# two keys\n\n  \(base64)  # new\n\(hex)\n") == [serviceKey(8).id, serviceKey(7).id])
    #expect(try serviceKey(8).id != serviceKey(7).id)
    for text in ["", "# nothing\n", "07", hex + "07", "no key at all", String(repeating: "zz", count: 32)] {
      #expect { _ = try ids(text) } throws: { isError($0, .invalidArgument, "BAD_SERVICE_KEY") }
    }
    #expect { _ = try KeyRing(file: "/nowhere/keys") } throws: {
      isError($0, .failedPrecondition, "SERVICE_KEY_MISSING")
    }
  }

  @Test("Keys come and go, comments stay, the last key stays, and nobody else may read a new file")
  func editing() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("service.keys")
    var file = try KeyFile(path: path)
    let first = try file.addKey()
    try file.write()
    #expect(try KeyRing(file: path).ids == [first.id])
    #expect(mode(path) == 0o600)
    chmod(path, 0o640)
    let text = try String(contentsOf: URL(filePath: path), encoding: .utf8) + "# the end\n"
    _ = try folder.write(text.utf8, to: "service.keys")
    file = try KeyFile(path: path)
    let second = try file.addKey()
    #expect(second.id != first.id)
    try file.write()
    #expect(mode(path) == 0o640)
    #expect(try KeyRing(file: path).ids == [second.id, first.id])
    #expect { try file.removeKey("0123456789abcdef") } throws: {
      isError($0, .notFound, "SERVICE_KEY_NOT_FOUND")
    }
    try file.removeKey(first.id)
    try file.write()
    #expect(try KeyRing(file: path).ids == [second.id])
    #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8).hasSuffix("# the end\n"))
    #expect { try file.removeKey(second.id) } throws: { isError($0, .failedPrecondition, "LAST_SERVICE_KEY") }
  }

  private func mode(_ path: String) -> Int? {
    var facts = stat()
    return stat(path, &facts) == 0 ? Int(facts.st_mode & 0o777) : nil
  }
}
