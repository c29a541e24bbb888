import Foundation
import Logging
import TestSupport
import Testing
import VoiceRPC
@testable import VoiceServiceKit

@Suite("Log lines")
struct LineLogHandlerTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// What a logger writes that `body` uses.
  private func lines(_ format: ServiceSettings.LogFormat, _ body: (Logger) throws -> Void) throws -> [Substring] {
    let path = try folder.write([], to: "log")
    let file = try #require(FileHandle(forWritingAtPath: path))
    try body(Logger(label: "x") { _ in
      LineLogHandler(service: "test", threshold: LogThreshold(.info), format: format, output: file.fileDescriptor)
    })
    try file.close()
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test("A line is one JSON object, whatever is in it")
  func json() throws {
    let hostile = "a\"b\\c\nd\u{0}e\u{1b}[31m\u{2028}ä🙂"
    let lines = try lines(.json) { $0.warning("\(hostile)", metadata: ["key \"": "\(hostile)", "n": "7"]) }
    #expect(lines.count == 2 && lines[1].isEmpty)
    let object = try #require(JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String])
    #expect(object["message"] == hostile)
    #expect(object["key \""] == hostile)
    #expect(object["level"] == "warning" && object["service"] == "test" && object["n"] == "7")
    let form = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    let time = try #require(object["time"])
    #expect(try abs(form.parse(time).timeIntervalSinceNow) < 60, "\(time)")
  }

  @Test("A readable line is one line that steers no terminal")
  func text() throws {
    let lines = try lines(.text) { $0.error("a\nb\u{1b}[31m", metadata: ["key": "c\rd"]) }
    #expect(lines.count == 2)
    #expect(lines[0].hasSuffix("error test a\u{fffd}b\u{fffd}[31m key=c\u{fffd}d"))
  }

  @Test("A line tells method and trace of the call that is handled")
  func context() throws {
    let trace = TraceContext()
    let lines = try lines(.json) { log in
      TraceContext.$current.withValue(trace) {
        CallContext.$current.withValue(CallContext(method: "/a.B/C")) { log.info("inside") }
      }
      log.info("outside")
    }
    let inside = try #require(JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String])
    #expect(inside["method"] == "/a.B/C" && inside["trace_id"] == trace.traceID && inside["span_id"] == trace.spanID)
    #expect(!lines[1].contains("trace_id"))
  }

  @Test("What is below the level is not written, and the logger's own metadata is")
  func levels() throws {
    let lines = try lines(.text) { log in
      var log = log
      log[metadataKey: "own"] = "1"
      log.debug("hidden")
      log.info("seen")
    }
    #expect(lines.count == 2 && lines[0].hasSuffix("seen own=1"))
  }
}
