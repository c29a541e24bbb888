import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition

@testable import VoiceStorage

extension StorageTests {
  @Suite struct EveryStepTests {
    private let ann: [Float] = [1, 2, 3, 4]
    private let bob: [Float] = [4, 3, 2, 1]

    @Test(
      "What a program of any earlier schema wrote works after the migration, also what it writes meanwhile",
      arguments: 1..<Schema.migrations.count)
    func everyStep(step: Int) async throws {
      let url = try await TestPostgres.makeDatabase()
      let earlier = try await EarlierSchema(step, url)
      try await earlier.publish()
      if step >= 10 { try await earlier.enroll("gone", bob) }
      try await earlier.enroll("ann", ann)
      try await earlier.writeTheRest()
      let epoch = try earlier.bundle.manifest.epochName()
      let folder = try TemporaryFolder()
      let ledger = ErasureLedger(path: folder.file("ledger"))
      let storage = RegistryStorage(
        PostgresOptions(url: url), poolSize: 2, compute: compute, keys: try ring(), ledger: ledger, logger: logger)
      try await storage.prepare()

      try await checkEpoch(storage, earlier)
      guard step >= 2 else { return try await checkEnrolment(storage, epoch, only: true) }
      try await checkAnn(storage, step, epoch)
      // From step 4 on an older registry that serves goes on: its statements still do what they did.
      if step >= 4 {
        try await earlier.enroll("bob", bob)
        #expect(try await storage.speakers.found(bob, epoch: epoch) == ["bob", "ann"])
        #expect(try await storage.speakers.collection(.standard).speakerCount == (step >= 10 ? 3 : 2))
        let bobs = try await storage.speakers.speaker(SpeakerID("bob"), in: .standard)
        #expect(try await storage.speakers.recording(of: bobs.utterances[0].id) == EarlierSchema.recording)
      }
      if step >= 10 { #expect(try ledger.entries().map(\.kind) == [.speaker]) }
      try await checkTheRest(url, step)
      try await checkEnrolment(storage, epoch, only: false)
      let audit = AuditReader(database: storage.database)
      #expect(try await audit.verify() == .whole(audit.anchor()))
    }

    private func checkEpoch(_ storage: RegistryStorage, _ earlier: EarlierSchema) async throws {
      let record = try await storage.epochs.epoch(nil)
      #expect(record.manifest == earlier.bundle.manifest && record.isDefault)
      let read = Collected()
      try await storage.epochs.fetch(record) { file, piece in await read.append(file, piece) }
      #expect(await read.files == earlier.bundle.files)
    }

    private func checkAnn(_ storage: RegistryStorage, _ step: Int, _ epoch: EpochName) async throws {
      #expect(try await storage.speakers.found(ann, epoch: epoch) == ["ann"])
      let match = try await storage.speakers.verify(
        Voiceprint(values: ann, epoch: epoch), as: SpeakerID("ann"), in: .standard)
      #expect(abs(match.score - 1) < 1e-6 && match.displayName == "ann")
      let speaker = try await storage.speakers.speaker(SpeakerID("ann"), in: .standard)
      #expect(speaker.labels == ["floor": "3"] && !speaker.needsReenrollment)
      #expect(speaker.utterances.map(\.report.durationSeconds) == [3])
      #expect(speaker.utterances.map(\.hasAudio) == [step >= 4])
      let recording = try await storage.speakers.recording(of: speaker.utterances[0].id)
      #expect(recording == (step >= 4 ? EarlierSchema.recording : nil))
    }

    /// People are added to, enrolled and deleted as in a database that was made new.
    private func checkEnrolment(_ storage: RegistryStorage, _ epoch: EpochName, only: Bool) async throws {
      let collection = only ? try CollectionName("new") : .standard
      if only { _ = try await storage.speakers.createCollection(collection, epoch: nil) }
      let added = try await storage.speakers.enroll(enrolment("ann", [bob], epoch: epoch, in: collection))
      #expect(added.created == only && added.speaker.utterances.count == (only ? 1 : 2))
      _ = try await storage.speakers.deleteSpeaker(SpeakerID("ann"), in: collection)
      #expect(try await !storage.speakers.found(ann, epoch: epoch, in: collection).contains("ann"))
    }

    private func checkTheRest(_ url: String, _ step: Int) async throws {
      let trainer = TrainerStorage(
        PostgresOptions(url: url), poolSize: 1, lease: .seconds(30), maximumAttempts: 5, logger: logger)
      let page = try PageRequest(size: 10, token: "")
      #expect(try await trainer.datasets.datasets(page).elements.map(\.name.value) == (step >= 6 ? ["speech"] : []))
      let jobs = try await trainer.jobs.jobs(JobFilter(), page).elements
      #expect(jobs.map(\.spec.seed) == (step >= 6 ? [7] : []))
      let promotions = try await storage(on: url).promotions.promotions(of: .standard, page).elements
      #expect(promotions.map(\.state) == (step >= 5 ? [.finished] : []))
    }
  }
}

private actor Collected {
  private(set) var files: [[UInt8]] = []

  func append(_ file: Int, _ piece: [UInt8]) {
    while files.count <= file { files.append([]) }
    files[file] += piece
  }
}
