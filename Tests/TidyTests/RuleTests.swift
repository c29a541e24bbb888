import Testing

/// Each rule on snippets: what breaks it is found at its line, what does not is left alone.
@Suite struct RuleTests {
  private func lines(_ rule: Rule, _ text: String, path: String = "Sources/VoiceRPC/File.swift") -> [Int] {
    rule.check(SourceFile(path: path, text: text)).map(\.line)
  }

  @Test("Comments and strings are blanked, interpolated code is not")
  func blanking() {
    #expect(blank("a // b\nc /* d /* e */ */ g") == "a     \nc\(String(repeating: " ", count: 17))g")
    #expect(blank(#"f("x\"y", 1)"#) == #"f("    ", 1)"#)
    #expect(blank(#"f("a \(g("b") + h) c")"#) == #"f("   (g(" ") + h)  ")"#)
    #expect(blank("f(\"\"\"\n  // no \"comment\"\n  \"\"\") // x") == "f(\"\"\"\n                 \n  \"\"\")     ")
    #expect(blank(##"f(#"a\(b) " c"#)"##) == ##"f(#"         "#)"##)
    #expect(blank(#"char c = '"'; int d;"#) == #"char c =    ; int d;"#)
  }

  @Test("Lengths of lines, files and functions")
  func lengths() {
    let long = String(repeating: "x", count: 121)
    #expect(lines(.lineLength, "a\n\(long)") == [2])
    #expect(lines(.lineLength, String(long.dropLast())).isEmpty)
    #expect(lines(.lineLength, long, path: "Sources/VoiceMessages/Generated/x.pb.swift").isEmpty)
    #expect(lines(.whitespace, "a\nb \n\tc") == [2, 3])
    #expect(lines(.fileLength, String(repeating: "a\n", count: 501)) == [501])
    #expect(lines(.fileLength, String(repeating: "a\n", count: 500)).isEmpty)
    let body = String(repeating: "  if a { b() }\n", count: 69)
    #expect(lines(.functionLength, "struct S {\nfunc f(\n) {\n\(body)}\n}") == [2])
    #expect(lines(.functionLength, "struct S {\nfunc f() {\n\(body.dropFirst(15))}\n}").isEmpty)
    #expect(lines(.functionLength, "\n  init(\na: Int) {\n\(body)  }") == [2])
    #expect(lines(.functionLength, "protocol P {\n  func f()\n}\nstruct S {\n\(body)\n\(body)}").isEmpty)
    #expect(lines(.functionLength, "static int f(void) {\n\(body)\n}", path: "Sources/C/X/x.c") == [1])
  }

  @Test("Imports: owners of C, levels, Foundation")
  func imports() {
    #expect(lines(.owners, "internal import CGRPC").isEmpty)
    #expect(lines(.owners, "internal import CGRPC", path: "Sources/VoiceNN/A.swift") == [1])
    #expect(lines(.owners, "@preconcurrency import CPostgres", path: "Tests/VoiceNNTests/A.swift") == [1])
    #expect(lines(.owners, "// import CPostgres\nlet a = \"import CPostgres\"").isEmpty)
    #expect(lines(.importLevels, "import A\ninternal import B\npackage import C\npublic import D") == [1, 4])
    #expect(lines(.importLevels, "import Testing", path: "Tests/A/B.swift").isEmpty)
    #expect(lines(.foundation, "internal import Foundation", path: "Sources/VoiceNN/A.swift") == [1])
    #expect(lines(.foundation, "internal import FoundationEssentials", path: "Sources/VoiceNN/A.swift").isEmpty)
  }

  @Test("Calls that a library never makes")
  func bannedCalls() {
    #expect(lines(.bannedCalls, "try! f()\nfatalError(\"x\")\nprint(1)\nfingerprint(1)\nlog.print(1)") == [1, 2, 3])
    #expect(lines(.bannedCalls, "// print(1)\nlet a = \"print(1)\"\nlet print = 1").isEmpty)
    #expect(lines(.bannedCalls, "print(1)", path: "services/voiceprint/Main.swift").isEmpty)
    #expect(lines(.bannedCalls, "print(1)", path: "services/clients/swift/Example/Main.swift").isEmpty)
    #expect(lines(.bannedCalls, "print(1)", path: "services/gateway/Main.swift") == [1])
  }

  @Test("An unchecked Sendable needs a reason on its line or above")
  func uncheckedSendable() {
    #expect(lines(.uncheckedSendable, "struct S: @unchecked Sendable {}") == [1])
    #expect(lines(.uncheckedSendable, "// one thread\nstruct S: @unchecked Sendable {}").isEmpty)
    #expect(lines(.uncheckedSendable, "struct S: @unchecked Sendable {  // one thread").isEmpty)
  }

  @Test("Unfinished work and paths of one machine")
  func leftovers() {
    #expect(lines(.unfinished, "a\n// TODO: b\nTODOS\nlet placeholder = 1") == [2, 4])
    #expect(lines(.localPaths, "/usr/lib\n/home/ann/x\n/work/x") == [2, 3])
  }

  @Test("Package declarations are documented, attributes in between or not")
  func documentation() {
    #expect(lines(.documentation, "package func f()\n/// Does.\npackage func g()") == [1])
    #expect(lines(.documentation, "/// Does.\n@discardableResult\npackage func f()").isEmpty)
    #expect(lines(.documentation, "// Does.\n  package static let a = 1") == [2])
    #expect(lines(.documentation, "package import A\npackage extension B {\npackage var description: String {").isEmpty)
    #expect(lines(.documentation, "func f()\nlet text = \"package func\"").isEmpty)
  }

  @Test("Messages, fields, values and calls of protos have comments")
  func protoComments() {
    let proto = """
      syntax = "proto3";
      package voiceprint.a.v1;
      // A message.
      message A {
        int32 b = 1;
        // A choice.
        oneof c {
          // One.
          int32 d = 2;
        }
      }
      service S {
      }
      """
    #expect(lines(.protoComments, proto, path: "Protos/voiceprint/a/v1/a.proto") == [5, 12])
  }
}
