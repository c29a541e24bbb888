import Foundation
import TestSupport
import Testing
import VoiceRecognition

@testable import voiceprint_trainer

@Suite("The folder of running work")
struct WorkFolderTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private var running: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.file("work/running")) }
  }

  @Test("What a lost trainer has left is removed by the next one, what another works on is not, and data sets stay")
  func leftovers() throws {
    let dead = try folder.write([1], to: "work/running/12-3/jobs/job-1-1/model.state")
    let kept = try folder.write([1], to: "work/datasets/\(String(repeating: "a", count: 64))/one.wav")
    let first = try WorkFolder(folder.file("work"), log: quiet)
    #expect(!FileManager.default.fileExists(atPath: dead))
    try Data().write(to: URL(filePath: "\(first.own)/precious"))
    do {
      let second = try WorkFolder(folder.file("work"), log: quiet)
      #expect(second.own != first.own && second.datasets == first.datasets)
      #expect(try running.count == 2)
    }
    // The second one is gone now as if it had been killed.
    let third = try WorkFolder(folder.file("work"), log: quiet)
    #expect(try Set(running.map { folder.file("work/running/\($0)") }) == [first.own, third.own])
    #expect(FileManager.default.fileExists(atPath: "\(first.own)/precious"))
    #expect(FileManager.default.fileExists(atPath: kept))
    try third.remove()
    #expect(try running.count == 1)
  }

  @Test("A folder that is not to be had is named")
  func refused() throws {
    let file = try folder.write([], to: "file")
    let error = #expect(throws: RecognitionError.self) { try WorkFolder(file, log: quiet) }
    #expect(error?.message.contains("jobs.folder") == true && error?.message.contains(file) == true)
  }
}
