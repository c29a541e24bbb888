import Foundation
import TestSupport
import Testing
import VoiceCluster
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct KilledWorkerTests {
    @Test(
      "A worker that is killed at any step leaves one whole epoch serving, and another worker finishes",
      arguments: [
        "promotion.staging", "promotion.staged", "promotion.before_store@2", "promotion.in_store@2",
        "promotion.after_store@2", "promotion.reembedded", "promotion.before_flip", "promotion.in_flip",
        "promotion.after_flip", "promotion.before_finish", "promotion.in_finish", "promotion.after_finish",
      ])
    func killed(place: String) async throws {
      let world = try await PromotionWorld()
      let people = (0..<12).map { ("p\($0)", [200, UInt8(1 + 20 * $0), 0, 1] as [UInt8]) }
      for (name, bytes) in people { try await world.enroll(name, bytes) }
      let promotion = try await world.start(retain: 0)
      let folder = try TemporaryFolder()
      #expect(try await die(at: place, world, folder) == .killed(signal: SIGKILL), "\(log(folder))")

      // Whatever was going on, all are found under the epoch that the collection has, and somebody new is enrolled.
      let epoch = try await world.storage.speakers.collection(world.collection).epoch
      #expect([world.old, world.new].contains(epoch))
      try await expectWhole(world, people, epoch)
      try await world.enroll("late", [0, 0, 200, 1], epoch: epoch)

      let end = try await world.working { try await world.reach([.finished, .failed], promotion, at: $0) }
      #expect(end.state == .finished && end.error.isEmpty)
      try await expectWhole(world, people + [("late", [0, 0, 200, 1])], world.new)
      #expect(try await rows(world.url, "SELECT 'x' FROM templates").count == people.count + 1)
      #expect(try await rows(world.url, "SELECT 'x' FROM utterance_embeddings").count == people.count + 1)
    }

    @Test("A failure of the storage in the middle of the flip is tried again, and the flip happens once")
    func failedFlip() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", [9, 1, 0, 0])
      let promotion = try await world.start()
      let folder = try TemporaryFolder()
      let worker = try await worker("promotion.in_flip=error", world, folder)
      let watcher = try world.replica()
      let listening = Task { await watcher.run() }
      #expect(try await world.reach([.draining], promotion, at: watcher).state == .draining, "\(log(folder))")
      #expect(log(folder).contains("promotion.in_flip was told to fail"))
      listening.cancel()
      await listening.value
      await worker.end(with: SIGKILL, within: .seconds(5))
    }

    @Test("Who is enrolled just before the flip is in the new epoch, and who is deleted then in neither")
    func lastMoment() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", [9, 1, 0, 0])
      try await world.enroll("bob", [0, 9, 1, 0])
      let promotion = try await world.start()
      let folder = try TemporaryFolder()
      let pause = folder.file("pause")
      let worker = try await worker("promotion.before_flip=pause:\(pause)", world, folder)
      while !FileManager.default.fileExists(atPath: pause) { await Task.yield() }
      #expect(try await world.state(promotion) == .flipping)
      try await world.enroll("late", [0, 0, 9, 1])
      _ = try await world.storage.speakers.deleteSpeaker(SpeakerID("bob"), in: world.collection)
      let watcher = try world.replica()
      let listening = Task { await watcher.run() }
      try FileManager.default.removeItem(atPath: pause)
      #expect(try await world.reach([.draining], promotion, at: watcher).state == .draining, "\(log(folder))")
      try await expectWhole(world, [("ann", [9, 1, 0, 0]), ("late", [0, 0, 9, 1])], world.new)
      #expect(log(folder).contains("1 recordings came meanwhile"))
      listening.cancel()
      await listening.value
      await worker.end(with: SIGKILL, within: .seconds(5))
    }

    private func die(
      at place: String, _ world: PromotionWorld, _ folder: TemporaryFolder
    ) async throws -> VoiceCluster.ExitStatus {
      try await worker("\(place)=kill", world, folder).exit()
    }

    private func worker(
      _ failpoints: String, _ world: PromotionWorld, _ folder: TemporaryFolder
    ) async throws -> ChildProcess {
      let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "promotion-test-worker").path
      var environment = ProcessInfo.processInfo.environment
      environment["VOICEPRINT_FAILPOINTS"] = failpoints
      return try await ChildProcess.start(
        Command(program, [world.url, world.old.value], environment: environment, log: folder.file("log")))
    }

    private func log(_ folder: TemporaryFolder) -> String {
      (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? ""
    }

    /// Everybody is found first by the own recording, with the score of one and the same voiceprint.
    private func expectWhole(
      _ world: PromotionWorld, _ people: [(String, [UInt8])], _ epoch: EpochName
    ) async throws {
      for (name, bytes) in people {
        let result = try await world.storage.speakers.search(
          world.voiceprint(bytes, epoch), in: world.collection, topK: 1)
        #expect(result.gallerySize == people.count)
        #expect(result.matches.first?.speaker.value == name)
        #expect(abs((result.matches.first?.score ?? 0) - 1) < 1e-6)
      }
    }
  }
}
