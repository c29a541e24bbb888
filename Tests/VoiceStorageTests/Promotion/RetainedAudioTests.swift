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
    private func enrolled(key: ServiceKey) async throws -> (storage: RegistryStorage, url: String, utterance: String) {
      let (plain, epoch, url) = try await makeStorage()
      _ = plain
      let storage = storage(on: url, audioKey: key)
      let made = try await storage.speakers.createCollection(sealed, epoch: nil, retainAudio: .encrypted)
      #expect(made.retainAudio == .encrypted)
      let result = try await storage.speakers.enroll(
        enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, in: sealed, recording: speech))
      #expect(result.speaker.utterances.map(\.hasAudio) == [true])
      return (storage, url, result.speaker.utterances[0].id)
    }

    @Test("A recording comes back as it was sent, at another service with the same key, and not a byte of it is stored")
    func roundTrip() async throws {
      let (_, url, utterance) = try await enrolled(key: audioKey())
      let other = storage(on: url, audioKey: try audioKey())
      #expect(try await other.speakers.recording(of: utterance) == speech)
      let rows = try await rows(url, "SELECT encode(sealed, 'escape') FROM utterance_audio")
      #expect(rows.count == 1 && !rows[0].contains("Ann"))
      let ann = try await other.speakers.speaker(SpeakerID("ann"), in: sealed)
      #expect(ann.utterances.map(\.hasAudio) == [true] && !ann.needsReenrollment)
    }

    @Test("Two recordings of the same bytes are sealed differently, those of two people under different keys")
    func seals() async throws {
      let (storage, url, _) = try await enrolled(key: audioKey())
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
      let (storage, url, utterance) = try await enrolled(key: audioKey())
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
      let (right, url, utterance) = try await enrolled(key: audioKey())
      await #expect { _ = try await storage(on: url).speakers.recording(of: utterance) } throws: {
        isError($0, .failedPrecondition, "AUDIO_KEY_MISSING")
      }
      let other = storage(on: url, audioKey: try audioKey(8))
      await #expect { _ = try await other.speakers.recording(of: utterance) } throws: {
        isError($0, .failedPrecondition, "AUDIO_KEY_UNKNOWN")
      }
      _ = try await rows(
        url, "UPDATE utterance_audio SET sealed = set_byte(sealed, 15, get_byte(sealed, 15) # 1) RETURNING 'x'")
      await #expect { _ = try await right.speakers.recording(of: utterance) } throws: {
        isError($0, .dataLoss, "STORED_DATA_DAMAGED")
      }
    }

    @Test("A registry without a key makes no collection that retains audio and enrols nobody into one")
    func noKey() async throws {
      let (keyed, url, _) = try await enrolled(key: audioKey())
      let epoch = try await keyed.speakers.collection(sealed).epoch
      let keyless = storage(on: url)
      await #expect {
        _ = try await keyless.speakers.createCollection(CollectionName("more"), epoch: nil, retainAudio: .encrypted)
      } throws: {
        isError($0, .failedPrecondition, "AUDIO_KEY_MISSING")
      }
      await #expect {
        try await keyless.speakers.enroll(enrolment("bob", [[1, 0, 0, 0]], epoch: epoch, in: sealed, recording: speech))
      } throws: {
        isError($0, .failedPrecondition, "AUDIO_KEY_MISSING")
      }
      #expect(try await keyless.speakers.collection(sealed).speakerCount == 1)
    }

    @Test("A collection that retains nothing keeps nothing, whatever is sent")
    func noRetention() async throws {
      let (_, epoch, url) = try await makeStorage()
      let storage = storage(on: url, audioKey: try audioKey())
      let result = try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch, recording: speech))
      #expect(result.speaker.utterances.map(\.hasAudio) == [false])
      #expect(try await rows(url, "SELECT 'x' FROM utterance_audio UNION ALL SELECT 'x' FROM speaker_secrets") == [])
    }

    @Test("A key is 32 bytes, as base64 or hexadecimal digits, and anything else is refused with the reason")
    func keyFiles() throws {
      let folder = try TemporaryFolder()
      func key(_ text: String) throws -> ServiceKey { try ServiceKey(file: folder.write(text.utf8, to: "key")) }
      let hex = String(repeating: "07", count: 32)
      let base64 = String(repeating: "BwcH", count: 10) + "Bwc="
      #expect(try key(hex + "\n").id == audioKey().id)
      #expect(try key(base64 + "\n").id == audioKey().id)
      #expect(try audioKey(8).id != audioKey().id)
      for text in ["", "07", hex + "07", "no key at all", String(repeating: "zz", count: 32)] {
        #expect { _ = try key(text) } throws: { isError($0, .invalidArgument, "BAD_AUDIO_KEY") }
      }
      #expect { _ = try ServiceKey(file: "/nowhere/key") } throws: {
        isError($0, .failedPrecondition, "AUDIO_KEY_MISSING")
      }
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
