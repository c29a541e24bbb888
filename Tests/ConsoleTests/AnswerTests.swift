import FoundationEssentials
import Hummingbird
import TestSupport
import Testing
import VoiceMessages
import VoiceRecognition
@testable import voiceprint_console

@Suite("What the console answers")
struct AnswerTests {
  private func json(_ value: some Encodable) throws -> String { String(decoding: try JSON.write(value), as: UTF8.self) }

  @Test("Events are lines that a browser reads, whatever is in them")
  func events() throws {
    #expect(ServerSentEvent("a", id: "7", data: "{}").text == "id: 7\nevent: a\ndata: {}\n\n")
    #expect(ServerSentEvent("a", data: "1\n2\r3").text == "event: a\ndata: 1\ndata: 2\ndata: 3\n\n")
    let text = try ServerSentEvent("a", json: ["x": "1\u{2028}2\n"]).text
    #expect(text == "event: a\ndata: {\"x\":\"1\u{2028}2\\n\"}\n\n")
  }

  @Test("A job's event has its own fields beside number and time")
  func jobEvents() throws {
    var message = TrainerV1.WatchJobResponse()
    message.payload = .event(
      .with {
        ($0.sequence, $0.time) = (3, .with { ($0.seconds, $0.nanos) = (1, 500_000_000) })
        $0.content = .checkpoint(.with { ($0.name, $0.isBest, $0.sizeBytes) = ("epoch_1", true, 5_000_000_000) })
      })
    let event = try #require(try ServerSentEvent(message))
    #expect(event.id == "3")
    #expect(event.name == "checkpoint")
    #expect(
      event.data
        == #"{"isBest":true,"name":"epoch_1","sequence":3,"sizeBytes":5000000000,"time":"1970-01-01T00:00:01.500Z"}"#)
    message.payload = .position(.with { ($0.epoch, $0.batch, $0.batches) = (1, 2, 3) })
    let position = try #require(try ServerSentEvent(message))
    #expect(position.id == nil)
    #expect(position.data == #"{"batch":2,"batches":3,"epoch":1}"#)
  }

  @Test("What JSON has no number for is left out")
  func silence() throws {
    let report = TypesV1.AudioReport.with { ($0.rmsDbfs, $0.warnings) = (-.infinity, [.quiet, .init(rawValue: 99)]) }
    let text = try json(AudioReport(report))
    #expect(!text.contains("rmsDbfs"))
    #expect(text.contains(#""warnings":["quiet","unknown"]"#))
  }

  @Test("A recording is named by its own bytes, and never as anything but audio; bare samples become a WAV file")
  func recordings() throws {
    func audio(_ content: [UInt8], _ encoding: TypesV1.Audio.Encoding = .unspecified) throws -> PlayableAudio {
      try PlayableAudio(
        .with {
          ($0.content, $0.encoding, $0.sampleRateHz, $0.channels) = (Bytes(content), encoding, 8000, 2)
        })
    }
    for (content, type) in [
      ("RIFF\u{1}\u{0}\u{0}\u{0}WAVEfmt ", "audio/wav"), ("fLaC", "audio/flac"), ("OggS", "audio/ogg"),
      ("ID3", "audio/mpeg"), ("FORM1234AIFF", "audio/aiff"), ("<html>", "application/octet-stream"),
      ("", "application/octet-stream"),
    ] {
      #expect(try audio(Array(content.utf8)).type == type, "\(content)")
    }
    #expect(try audio([0xFF, 0xFB, 0x90]).type == "audio/mpeg")
    let file = try audio([1, 2, 3, 4], .pcmS16le)
    let header: [UInt8] = [
      82, 73, 70, 70, 40, 0, 0, 0, 87, 65, 86, 69, 102, 109, 116, 32, 16, 0, 0, 0, 1, 0, 2, 0, 0x40, 0x1F, 0, 0,
      0, 0x7D, 0, 0, 4, 0, 16, 0, 100, 97, 116, 97, 4, 0, 0, 0,
    ]
    #expect(file.type == "audio/wav" && file.bytes == header + [1, 2, 3, 4])
    #expect(throws: RecognitionError.self) { try audio([], .init(rawValue: 9)) }
  }

  @Test("Errors have gRPC's name and HTTP's number")
  func failures() throws {
    let error = RecognitionError(anything: RecognitionError.missing("job", "x"))
    #expect(error.wireCode == "NOT_FOUND")
    #expect(error.status.code == 404)
    #expect(RecognitionError(anything: ContentTooLarge(maximum: 5)).status.code == 413)
    #expect(RecognitionError(anything: CancellationError()).status.code == 499)
    #expect(
      try json(Failure(error: .init(code: "A", message: "b/c"))) == #"{"error":{"code":"A","message":"b/c"}}"#)
  }

  @Test("Paths are looked up, and nothing else of the folder is served")
  func files() throws {
    let folder = try TemporaryFolder()
    for path in ["index.html", "secret.txt", "assets/a.js", "assets/lib/b.css", "assets/.hidden"] {
      let file = folder.file(path)
      try FileManager.default.createDirectory(
        atPath: String(file.dropLast(file.split(separator: "/").last?.count ?? 0)), withIntermediateDirectories: true)
      try Data(path.utf8).write(to: URL(filePath: file))
    }
    let page = try StaticFiles(folder: folder.path)
    #expect(page.paths == ["/", "/assets/a.js", "/assets/lib/b.css", "/index.html"])
    let file = StaticFiles.File(Data("x".utf8), name: "a.JS")
    #expect(file.type == "text/javascript; charset=utf-8")
    #expect(file.tag == StaticFiles.File(Data("x".utf8), name: "b").tag)
    #expect(file.tag != StaticFiles.File(Data("y".utf8), name: "a.JS").tag)
    #expect(StaticFiles.File.matches(["\"a\", W/\(file.tag)"], file.tag))
    #expect(StaticFiles.File.matches(["*"], file.tag))
    #expect(!StaticFiles.File.matches(["\"a\"", ""], file.tag))
  }
}
