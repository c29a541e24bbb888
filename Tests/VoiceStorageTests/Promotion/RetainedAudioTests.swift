import Logging
import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct RetainedAudioTests {
    private let sealed = CollectionNames.sealed
    private let speech = Recording(content: Array("a recording of Ann".utf8), encoding: .pcmS16LE, sampleRate: 8000)

    /// A collection that retains audio with one person in it.
    private func enrolled(key: KeyRing) async throws -> (storage: RegistryStorage, url: String, utterance: String) {
      let (plain, epoch, url) = try await makeStorage()
      _ = plain
      let storage = storage(on: url, keys: key)
      let made = try await storage.speakers.createCollection(sealed, epoch: nil, retainAudio: .encrypted)
      #expect(made.retainAudio == .encrypted)
      let result = try await storage.speakers.enroll(
        enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, in: sealed, recording: speech))
      #expect(result.speaker.utterances.map(\.hasAudio) == [true])
      return (storage, url, result.speaker.utterances[0].id)
    }

    @Test("A recording comes back as it was sent, at another service with the same key, and not a byte of it is stored")
    func roundTrip() async throws {
      let (_, url, utterance) = try await enrolled(key: ring())
      let other = storage(on: url, keys: try ring())
      #expect(try await other.speakers.recording(of: utterance) == speech)
      let rows = try await rows(url, "SELECT encode(sealed, 'escape') FROM utterance_audio")
      #expect(rows.count == 1 && !rows[0].contains("Ann"))
      let ann = try await other.speakers.speaker(SpeakerID("ann"), in: sealed)
      #expect(ann.utterances.map(\.hasAudio) == [true] && !ann.needsReenrollment)
    }

    @Test("A person's recording is given by the person's name, one of another or one that was not kept is not")
    func ofPeople() async throws {
      let (storage, _, utterance) = try await enrolled(key: ring())
      let (ann, epoch) = (try SpeakerID("ann"), try await storage.speakers.collection(sealed).epoch)
      #expect(try await storage.speakers.recording(utterance, of: ann, in: sealed) == speech)
      try await storage.speakers.enroll(enrolment("bob", [[1, 0, 0, 0]], epoch: epoch, in: sealed, recording: speech))
      let deaf = try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch))
      for (speaker, unknown) in [("bob", utterance), ("ann", "x"), ("ann", "\u{0}"), ("eve", utterance)] {
        await #expect {
          _ = try await storage.speakers.recording(unknown, of: SpeakerID(speaker), in: sealed)
        } throws: {
          ($0 as? RecognitionError)?.code == .notFound
        }
      }
      await #expect {
        _ = try await storage.speakers.recording(deaf.speaker.utterances[0].id, of: ann, in: .standard)
      } throws: {
        isError($0, .failedPrecondition, "RECORDING_NOT_KEPT")
      }
    }

    @Test("Two recordings of the same bytes are sealed differently, those of two people under different keys")
    func seals() async throws {
      let (storage, url, _) = try await enrolled(key: ring())
      let epoch = try await storage.speakers.collection(sealed).epoch
      for name in ["ann", "bob"] {
        try await storage.speakers.enroll(
          enrolment(name, [[1, 0, 0, 0]], epoch: epoch, in: sealed, recording: speech))
      }
      #expect(Set(try await rows(url, "SELECT encode(sealed, 'hex') FROM utterance_audio")).count == 3)
      #expect(Set(try await rows(url, "SELECT encode(wrapped_key, 'hex') FROM speaker_secrets")).count == 2)
    }

    @Test("Deleting a person deletes the key, deleting an utterance its recording")
    func deletion() async throws {
      let (storage, url, utterance) = try await enrolled(key: ring())
      let epoch = try await storage.speakers.collection(sealed).epoch
      try await storage.speakers.enroll(enrolment("ann", [[0, 1, 0, 0]], epoch: epoch, in: sealed, recording: speech))
      _ = try await storage.speakers.deleteUtterance(utterance, of: SpeakerID("ann"), in: sealed)
      #expect(try await storage.speakers.recording(of: utterance) == nil)
      #expect(try await rows(url, "SELECT 'x' FROM utterance_audio").count == 1)
      _ = try await storage.speakers.deleteSpeaker(SpeakerID("ann"), in: sealed)
      for table in ["speaker_secrets", "utterance_audio", "utterance_embeddings", "templates"] {
        #expect(try await rows(url, "SELECT 'x' FROM \(table)") == [], "\(table)")
      }
    }

    @Test("Without the key, with another one and for a changed recording there is no audio, and the reason is told")
    func wrongKeys() async throws {
      let (right, url, utterance) = try await enrolled(key: ring())
      await #expect { _ = try await storage(on: url).speakers.recording(of: utterance) } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_MISSING")
      }
      let other = storage(on: url, keys: try ring(8))
      await #expect { _ = try await other.speakers.recording(of: utterance) } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_UNKNOWN")
      }
      _ = try await rows(
        url, "UPDATE utterance_audio SET sealed = set_byte(sealed, 15, get_byte(sealed, 15) # 1) RETURNING 'x'")
      await #expect { _ = try await right.speakers.recording(of: utterance) } throws: {
        isError($0, .dataLoss, "STORED_DATA_DAMAGED")
      }
    }

    @Test("A registry without a key makes no collection that retains audio and enrols nobody into one")
    func noKey() async throws {
      let (keyed, url, _) = try await enrolled(key: ring())
      let epoch = try await keyed.speakers.collection(sealed).epoch
      let keyless = storage(on: url)
      await #expect {
        _ = try await keyless.speakers.createCollection(CollectionName("more"), epoch: nil, retainAudio: .encrypted)
      } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_MISSING")
      }
      await #expect {
        try await keyless.speakers.enroll(enrolment("bob", [[1, 0, 0, 0]], epoch: epoch, in: sealed, recording: speech))
      } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_MISSING")
      }
      #expect(try await keyless.speakers.collection(sealed).speakerCount == 1)
    }

    @Test("A collection that retains nothing keeps nothing, whatever is sent")
    func noRetention() async throws {
      let (_, epoch, url) = try await makeStorage()
      let storage = storage(on: url, keys: try ring())
      let result = try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, recording: speech))
      #expect(result.speaker.utterances.map(\.hasAudio) == [false])
      #expect(try await rows(url, "SELECT 'x' FROM utterance_audio") == [])
    }
  }
}

/// Collections of the tests of promotion.
enum CollectionNames {
  /// One that retains audio.
  static let sealed: CollectionName = {
    guard let name = try? CollectionName("sealed") else { preconditionFailure("the name is right") }
    return name
  }()
}

/// The first column of what a statement gives.
func rows(_ url: String, _ statement: String) async throws -> [String] {
  let connection = PostgresConnection(PostgresOptions(url: url), logger: logger)
  return try await connection.perform { try $0.query(statement).map { try $0.text(0) } }
}
