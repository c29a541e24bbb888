import Foundation
import Glibc
import TestSupport
import Testing
import VoiceRecognition

@testable import voiceprint_trainer

@Suite("The pipe of a training's reports", .timeLimit(.minutes(1)))
struct ReportPipeTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Opens the pipe as a training process does, and writes.
  private func write(_ bytes: some Sequence<UInt8>, to pipe: ReportPipe) throws {
    let file = open(pipe.path, O_WRONLY | O_APPEND | O_CLOEXEC)
    try #require(file >= 0)
    defer { close(file) }
    let bytes = Array(bytes)
    #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
  }

  private func line(_ report: TrainingReport) throws -> [UInt8] { try JSONEncoder().encode(report) + [0x0A] }

  @Test("Reports come in order, of one writer after the other, and end when the pipe is closed")
  func order() async throws {
    let pipe = try ReportPipe(folder.file("progress"))
    let reports = (1...500).map { TrainingReport.position(.init(epoch: 1, batch: $0, batches: 500)) }
    try write(try reports[..<200].flatMap(line), to: pipe)
    // Nobody writes for a moment: that is not the end.
    try write(try reports[200...].flatMap(line), to: pipe)
    pipe.close()
    pipe.close()
    var read: [TrainingReport] = []
    for await report in pipe.reports { read.append(report) }
    #expect(read == reports)
  }

  @Test("Half a line, which a killed process has left, is passed over, and a line in pieces is put together")
  func pieces() async throws {
    let pipe = try ReportPipe(folder.file("progress"))
    let warning = try line(.warning(String(repeating: "long ", count: 10_000)))
    try write(Array("{\"position\": {\"epo\n".utf8), to: pipe)
    try write(warning[..<40_000], to: pipe)
    try write(warning[40_000...], to: pipe)
    try write(Array("{\"position\":".utf8), to: pipe)
    pipe.close()
    var read: [TrainingReport] = []
    for await report in pipe.reports { read.append(report) }
    #expect(read == [.warning(String(repeating: "long ", count: 10_000))])
  }

  @Test("A pipe that cannot be made says why")
  func refused() throws {
    let path = try folder.write([], to: "progress")
    let error = #expect(throws: RecognitionError.self) { try ReportPipe(path) }
    #expect(error?.message.contains("File exists") == true)
  }
}
