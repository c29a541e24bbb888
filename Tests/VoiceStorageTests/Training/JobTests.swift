import TestSupport
import Testing
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct JobTests {
    @Test("The queue gives the highest priority first, then the oldest, and each job once")
    func order() async throws {
      let (storage, _) = try await makeTrainerStorage()
      var jobs: [TrainingJob] = []
      for priority in [0, 5, 0, -3] { jobs.append(try await submit(to: storage, priority: priority)) }
      var taken: [JobID] = []
      while let lease = try await storage.queue.claim(worker: "w") { taken.append(lease.job.id) }
      #expect(taken == [1, 0, 2, 3].map { jobs[$0].id })
      let listed = try await storage.jobs.jobs(JobFilter(states: [.running]), PageRequest(size: 3))
      #expect(listed.elements.map(\.id) == [3, 2, 1].map { jobs[$0].id })
      let rest = try await storage.jobs.jobs(JobFilter(), PageRequest(size: 3, token: listed.nextToken))
      #expect(rest.elements.map(\.id) == [jobs[0].id] && rest.nextToken.isEmpty)
      #expect(try await storage.jobs.jobs(JobFilter(states: [.queued]), PageRequest()).elements.isEmpty)
      let none = JobFilter(dataset: try DatasetName("other"))
      #expect(try await storage.jobs.jobs(none, PageRequest()).elements.isEmpty)
    }

    @Test("Workers that ask at the same time never take one job twice")
    func concurrentClaims() async throws {
      let (storage, url) = try await makeTrainerStorage()
      for _ in 0..<20 { _ = try await submit(to: storage) }
      let taken = try await withThrowingTaskGroup(of: [JobID].self) { group in
        for worker in 0..<6 {
          group.addTask {
            let storage = trainerStorage(on: url)
            var taken: [JobID] = []
            while let lease = try await storage.queue.claim(worker: "w\(worker)") { taken.append(lease.job.id) }
            return taken
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(taken.count == 20 && Set(taken).count == 20)
    }

    @Test("A worker whose lease was lost changes nothing any more, and the next one goes on from its checkpoint")
    func fencing() async throws {
      let (storage, url) = try await makeTrainerStorage()
      let other = trainerStorage(on: url)
      let job = try await submit(to: storage)
      let first = try #require(try await storage.queue.claim(worker: "first"))
      let checkpoint = try await store("epoch_1", [7, 8, 9], storage)
      try await first.save(checkpoint)
      #expect(try await other.queue.claim(worker: "second") == nil)
      let left = try #require(try await other.queue.nextExpiry())
      #expect(left > .seconds(30) && left <= .seconds(60))
      #expect(try await first.renew() == false)

      try await expireLeases(url)
      let second = try #require(try await other.queue.claim(worker: "second"))
      #expect(second.token == first.token + 1 && second.job.attempts == 2)
      #expect(try await second.checkpoints() == [checkpoint])
      let before = try await storage.jobs.job(job.id)
      let late = try await store("epoch_2", [1, 1], storage)
      let writes: [@Sendable () async throws -> Void] = [
        { _ = try await first.renew() }, { try await first.append(.report(.warning("late"))) },
        { try await first.move(to: .init(epoch: 9, batch: 9, batches: 9)) }, { try await first.save(late) },
        { try await first.end(as: .finished) }, { try await first.release(message: "", counts: true) },
      ]
      for write in writes {
        await #expect { try await write() } throws: { isError($0, .aborted, JobLease.lost) }
      }
      #expect(try await storage.jobs.job(job.id) == before)
      try await second.end(as: .finished)
      await #expect { try await second.append(.report(.warning("after"))) } throws: {
        isError($0, .aborted, JobLease.lost)
      }
      #expect(try await second.checkpoints() == [checkpoint])
    }

    @Test("A lease that is over but that nobody took is still held")
    func lateRenewal() async throws {
      let (storage, url) = try await makeTrainerStorage()
      _ = try await submit(to: storage)
      let lease = try #require(try await storage.queue.claim(worker: "slow"))
      try await expireLeases(url)
      #expect(try await lease.renew() == false)
      #expect(try await storage.queue.claim(worker: "other") == nil)
    }

    @Test("A job that has lost as many workers as it may fails; one that was given back does not count")
    func attempts() async throws {
      let (storage, url) = try await makeTrainerStorage(attempts: 2)
      let job = try await submit(to: storage)
      try await #require(try await storage.queue.claim(worker: "a")).release(message: "drained", counts: false)
      for worker in ["b", "c"] {
        #expect(try await storage.queue.claim(worker: worker)?.job.worker == worker)
        try await expireLeases(url)
      }
      #expect(try await storage.queue.claim(worker: "d") == nil)
      let failed = try await storage.jobs.job(job.id)
      #expect(failed.state == .failed && failed.error.contains("the trainer c was lost") && failed.attempts == 2)
      #expect(failed.endTime != nil && failed.startTime != nil)
    }

    @Test("Events are numbered without a gap, whoever writes, and a watch resumed anywhere loses and repeats nothing")
    func eventOrder() async throws {
      let (storage, url) = try await makeTrainerStorage()
      let job = try await submit(to: storage)
      let lease = try #require(try await storage.queue.claim(worker: "w"))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<40 { group.addTask { try await lease.append(.report(.warning("\(number)"))) } }
        try await group.waitForAll()
      }
      let all = try await events(of: job.id, storage)
      #expect(all.map(\.sequence) == Array(1...42))
      #expect(Set(all[2...].map(\.content)).count == 40)
      #expect(all[0].content == .stateChange(.init(.queued)))
      #expect(all[1].content == .stateChange(.init(.running, worker: "w")))
      let other = trainerStorage(on: url)
      for start in [1, 17, 41] { #expect(try await events(of: job.id, after: start, other) == Array(all[start...])) }
    }

    @Test("A watch on another trainer gets each event when it happens, the position, and ends with the job")
    func watch() async throws {
      let (storage, url) = try await makeTrainerStorage()
      let job = try await submit(to: storage)
      let watching = trainerStorage(on: url)
      let seen = CollectedEvents()
      let (news, continuation) = AsyncStream<JobStore.Update>.makeStream()
      try await withThrowingTaskGroup(of: Bool?.self) { group in
        group.addTask {
          await watching.run()
          return nil
        }
        group.addTask {
          try await watching.jobs.watch(job.id, after: 0) { update in
            if case .event(let event) = update { _ = await seen.add(event) }
            continuation.yield(update)
          }
        }
        var updates = news.makeAsyncIterator()
        func event() async -> JobEvent.Content? {
          while let update = await updates.next() { if case .event(let event) = update { return event.content } }
          return nil
        }
        #expect(await event() == .stateChange(.init(.queued)))
        let lease = try #require(try await storage.queue.claim(worker: "w"))
        #expect(await event() == .stateChange(.init(.running, worker: "w")))
        let evaluation = TrainingReport.Evaluation(
          epoch: 1, seconds: 2, equalErrorRate: 0.25, minimumCost: .nan, threshold: 0.1)
        try await lease.append(.report(.evaluation(evaluation)))
        guard case .report(.evaluation(let told))? = await event() else { return #expect(Bool(false), "no evaluation") }
        #expect(told.equalErrorRate == 0.25 && told.minimumCost.isNaN)
        let position = TrainingReport.Position(epoch: 1, batch: 3, batches: 4)
        try await lease.move(to: position)
        guard case .position(position)? = await updates.next() else { return #expect(Bool(false), "no position") }
        try await lease.end(as: .finished)
        #expect(await event() == .stateChange(.init(.finished)))
        #expect(try await group.next() == .some(true))
        group.cancelAll()
      }
      let ended = try await storage.jobs.job(job.id)
      #expect(ended.state == .finished && ended.bestEqualErrorRate == 0.25)
      #expect(await seen.events.map(\.sequence) == [1, 2, 3, 4])
      let rest = CollectedEvents()
      let isWhole = try await storage.jobs.watch(job.id, after: 4) { update in
        if case .event(let event) = update { _ = await rest.add(event) }
      }
      let left = await rest.events
      #expect(isWhole && left.isEmpty)
    }

    @Test("What waits is cancelled at once, what runs is asked to end, and what was lost meanwhile is cancelled too")
    func cancel() async throws {
      let (storage, url) = try await makeTrainerStorage()
      let (waiting, running, lost) = (
        try await submit(to: storage, priority: -1), try await submit(to: storage), try await submit(to: storage)
      )
      #expect(try await storage.jobs.cancel(waiting.id).state == .cancelled)
      let lease = try #require(try await storage.queue.claim(worker: "w"))
      #expect(try await storage.queue.claim(worker: "w")?.job.id == lost.id)
      for job in [running, lost] { #expect(try await storage.jobs.cancel(job.id).isCancelling) }
      #expect(try await lease.renew())
      try await lease.end(as: .cancelled)
      #expect(try await storage.jobs.cancel(running.id).state == .cancelled, "a second time changes nothing")
      try await expireLeases(url)
      #expect(try await storage.queue.claim(worker: "w") == nil)
      #expect(try await storage.jobs.job(lost.id).state == .cancelled)
      #expect(try await storage.jobs.job(running.id).lastSequence == 3)
    }

    @Test("A request id queues once; with another training it is refused")
    func requestIDs() async throws {
      let (storage, _) = try await makeTrainerStorage()
      let job = try await submit(to: storage, seed: .max, requestID: "r")
      #expect(try await submit(to: storage, seed: .max, requestID: "r").id == job.id)
      #expect(job.spec.seed == .max)
      await #expect { _ = try await submit(to: storage, seed: 1, requestID: "r") } throws: {
        isError($0, .alreadyExists, "REQUEST_ID_USED")
      }
      #expect(try await submit(to: storage).id != submit(to: storage).id)
    }

    @Test("Of checkpoints the last and the best stay, with their contents, and no other's")
    func checkpoints() async throws {
      let (storage, url) = try await makeTrainerStorage()
      _ = try await submit(to: storage)
      let lease = try #require(try await storage.queue.claim(worker: "w"))
      for (number, isBest) in [(1, true), (2, true), (3, false), (4, false)] {
        var checkpoint = try await store("epoch_\(number)", [UInt8(number)], storage)
        checkpoint.isBest = isBest
        try await lease.save(checkpoint)
      }
      let kept = try await lease.checkpoints()
      #expect(kept.map(\.name) == ["epoch_2", "epoch_4"])
      #expect(kept.map(\.isBest) == [true, false] && kept.map(\.isLast) == [false, true])
      try await storage.contents.sweep()
      #expect(try await count("SELECT FROM contents", on: url) == 3, "two checkpoints and the data set")
      let unknown = JobCheckpoint(
        name: "epoch_5", files: [.init(name: "f", sizeBytes: 1, hash: try TestFile("f", [99]).file.hash)],
        isLast: true, isBest: false)
      await #expect { try await lease.save(unknown) } throws: { isError($0, .failedPrecondition, "CONTENT_MISSING") }
      #expect(try await lease.checkpoints() == kept)
    }
  }
}

/// Stores the contents of a checkpoint of one file.
private func store(_ name: String, _ content: [UInt8], _ storage: TrainerStorage) async throws -> JobCheckpoint {
  let file = try TestFile("model", content).file
  let upload = storage.contents.upload(file.hash, sizeBytes: file.sizeBytes)
  try await upload.append(content)
  try await upload.finish()
  return JobCheckpoint(
    name: name, files: [.init(name: "model", sizeBytes: file.sizeBytes, hash: file.hash)], isLast: true, isBest: false)
}

/// Makes as if all workers had been silent for longer than their lease.
private func expireLeases(_ url: String) async throws {
  try await script(
    "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'running'", on: url)
}
