import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct JobFenceTests {
    @Test("A worker that lost its job can neither publish an epoch nor begin a promotion; the one that has it can")
    func fencedRegistry() async throws {
      let (storage, url) = try await makeTrainerStorage()
      let registry = VoiceStorageTests.storage(on: url)
      let base = try await publish(Bundle(seed: 1), to: registry).record.name
      _ = try await submit(to: storage)
      let first = try #require(try await storage.queue.claim(worker: "first"))
      try await script("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second'", on: url)
      let second = try #require(try await storage.queue.claim(worker: "second"))

      let candidate = try Bundle(seed: 2)
      await #expect { _ = try await publish(candidate, for: first.leased, to: registry) } throws: {
        isError($0, .aborted, JobLease.lost)
      }
      #expect(try await registry.epochs.epochs().map(\.name) == [base])
      #expect(try await count("SELECT FROM epoch_bundles", on: url) == 1, "of the late one nothing is left")
      let epoch = try await publish(candidate, for: second.leased, to: registry)
      let plan = try PromotionPlan(collection: .standard, toEpoch: epoch)
      await #expect { _ = try await registry.promotions.start(plan, for: first.leased) } throws: {
        isError($0, .aborted, JobLease.lost)
      }
      #expect(try await registry.promotions.start(plan, for: second.leased).state == .staging)

      try await second.end(as: .finished)
      await #expect { _ = try await publish(Bundle(seed: 3), for: second.leased, to: registry) } throws: {
        isError($0, .aborted, JobLease.lost)
      }
    }

    @Test("A job that was given back with a pause waits for it, and one to be cancelled is cancelled by who sees it")
    func pauses() async throws {
      let (storage, url) = try await makeTrainerStorage()
      let job = try await submit(to: storage)
      let first = try #require(try await storage.queue.claim(worker: "w"))
      try await first.release(message: "full disk", counts: true, pause: .seconds(40))
      #expect(try await storage.queue.claim(worker: "w") == nil)
      let left = try #require(try await storage.queue.nextExpiry())
      #expect(left > .seconds(20) && left <= .seconds(40))
      try await script("UPDATE jobs SET lease_until = clock_timestamp()", on: url)
      let second = try #require(try await storage.queue.claim(worker: "w"))
      #expect(second.job.attempts == 2)

      // Cancelled while it was about to be given back.
      #expect(try await storage.jobs.cancel(job.id).isCancelling)
      try await second.release(message: "full disk", counts: true)
      #expect(try await storage.jobs.job(job.id).state == .cancelled)

      // As a trainer of before has left it.
      let other = try await submit(to: storage)
      try await script("UPDATE jobs SET is_cancelling = true WHERE state = 'queued'", on: url)
      #expect(try await storage.queue.claim(worker: "w") == nil)
      #expect(try await storage.jobs.job(other.id).state == .cancelled)
    }

    @Test("The last attempt fails a job with its own reason and not with a loss that never was")
    func lastAttempt() async throws {
      let (storage, url) = try await makeTrainerStorage(attempts: 2)
      let job = try await submit(to: storage)
      for _ in 0..<2 {
        try await #require(try await storage.queue.claim(worker: "w")).release(message: "full disk", counts: true)
      }
      #expect(try await storage.jobs.job(job.id).error == "full disk; it was the 2. attempt, the last one")

      // One that had more attempts when it was given back.
      let other = try await submit(to: storage)
      try await #require(try await storage.queue.claim(worker: "w")).release(message: "no memory", counts: true)
      try await script("UPDATE jobs SET attempts = 2 WHERE state = 'queued'", on: url)
      #expect(try await storage.queue.claim(worker: "w") == nil)
      #expect(try await storage.jobs.job(other.id).error == "no memory; it was the 2. attempt, the last one")
    }

    @Test("A checkpoint does not wait for contents to be swept, which go in pieces that no statement's limit cuts")
    func sweeping() async throws {
      let url = try await TestPostgres.makeDatabase()
      let storage = TrainerStorage(
        PostgresOptions(url: url, queryTimeout: .seconds(1)), poolSize: 4, lease: .seconds(60), maximumAttempts: 3,
        logger: logger)
      try await push([TestFile("one.wav", [1])], to: storage)
      // A data set was deleted whose contents take two seconds to remove.
      try await script(
        """
        INSERT INTO contents (sha256, size_bytes, kept_until)
          SELECT 'content ' || n, 1000000, now() FROM generate_series(1, 500) n;
        CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_sleep(0.004); RETURN OLD; END';
        CREATE TRIGGER slow BEFORE DELETE ON contents FOR EACH ROW EXECUTE FUNCTION slowly();
        """, on: url)
      _ = try await submit(to: storage)
      let lease = try #require(try await storage.queue.claim(worker: "w"))
      let file = try TestFile("model", [2]).file
      let upload = storage.contents.upload(file.hash, sizeBytes: 1)
      try await upload.append([2])
      try await upload.finish()
      try await lease.save(
        JobCheckpoint(
          name: "epoch_1", files: [.init(name: "model", sizeBytes: 1, hash: file.hash)], isLast: true, isBest: false))
      #expect(try await count("SELECT FROM contents", on: url) == 502)
      #expect(try await storage.contents.sweep() == 500)
      #expect(try await count("SELECT FROM contents", on: url) == 2)
      #expect(try await storage.contents.sweep() == 0)
    }
  }
}

/// Publishes a bundle as the epoch of a job; what came in is dropped if it fails.
private func publish(
  _ bundle: Bundle, for leased: LeasedJob, to storage: RegistryStorage
) async throws -> EpochName {
  let upload = try await storage.epochs.publish(bundle.manifest, makeDefault: false)
  do {
    for (index, content) in bundle.files.enumerated() { try await upload.append(file: index, content) }
    return try await upload.finish(for: leased).record.name
  } catch {
    try await upload.abandon()
    throw error
  }
}
