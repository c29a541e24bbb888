import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct SealedVoiceprintTests {
    private let ann: [Float] = [0.5, 0.25, -0.125, 1]
    private let bob: [Float] = [-1, 0.5, 0.25, 0.125]

    /// A database with two people in it, whose voiceprints are sealed.
    private func world(
      _ keys: KeyRing? = nil
    ) async throws -> (storage: RegistryStorage, epoch: EpochName, url: String) {
      let (_, epoch, url) = try await makeStorage()
      let storage = storage(on: url, keys: try keys ?? ring())
      try await storage.speakers.enroll(enrolment("ann", [ann, ann], epoch: epoch))
      try await storage.speakers.enroll(enrolment("bob", [bob], epoch: epoch))
      return (storage, epoch, url)
    }

    private func change(_ url: String, _ statement: String) async throws {
      let connection = PostgresConnection(PostgresOptions(url: url), logger: logger)
      try await connection.perform { try $0.script(statement) }
    }

    /// What a service of its own says about somebody.
    private func score(
      _ name: String, _ vector: [Float], _ epoch: EpochName, at storage: RegistryStorage
    ) async throws -> Double {
      try await storage.speakers.verify(
        Voiceprint(values: vector, epoch: epoch), as: SpeakerID(name), in: .standard
      ).score
    }

    @Test("Sealed voiceprints answer as plain ones do, at every service with the key, and no value of them is stored")
    func sameAnswers() async throws {
      let (sealed, epoch, url) = try await world()
      let (plain, plainEpoch, plainURL) = try await makeStorage()
      for (name, vectors) in [("ann", [ann, ann]), ("bob", [bob])] {
        try await plain.speakers.enroll(enrolment(name, vectors, epoch: plainEpoch))
      }
      let replica = storage(on: url, keys: try ring())
      for query: [Float] in [ann, bob, [1, 1, 1, 1], [0, 0, 0, 1]] {
        let expected = try await plain.speakers.search(
          Voiceprint(values: query, epoch: plainEpoch), in: .standard, topK: 2)
        for storage in [sealed, replica] {
          let found = try await storage.speakers.search(Voiceprint(values: query, epoch: epoch), in: .standard, topK: 2)
          #expect(found == expected)
          let verified = try await score("bob", query, epoch, at: storage)
          #expect(verified == expected.matches.first { $0.speaker.value == "bob" }?.score)
        }
      }
      // What the plain database holds is what must not be found.
      for (name, table) in [("template", "templates"), ("embedding", "utterance_embeddings")] {
        let statement = "SELECT encode(\(name), 'hex') FROM \(table)"
        let plainRows = try await rows(plainURL, statement)
        let sealedRows = try await rows(url, statement)
        #expect(plainRows.count == sealedRows.count && Set(sealedRows).count == sealedRows.count)
        for row in plainRows {
          // No single value either.
          for start in stride(from: 0, to: row.count, by: 8) {
            let value = row.dropFirst(start).prefix(8)
            #expect(sealedRows.allSatisfy { !$0.contains(value) })
          }
        }
      }
    }

    @Test("A deleted utterance and a second enrolment make the template of what is left, sealed again")
    func changes() async throws {
      let (storage, epoch, url) = try await world()
      let added = try await storage.speakers.enroll(enrolment("ann", [bob], epoch: epoch)).speaker
      let mixed = try await score("ann", ann, epoch, at: storage)
      #expect(mixed < 0.99)
      _ = try await storage.speakers.deleteUtterance(added.utterances[2].id, of: SpeakerID("ann"), in: .standard)
      let back = try await score("ann", ann, epoch, at: self.storageWithKey(url))
      #expect(abs(back - 1) < 1e-6)
      #expect(try await rows(url, "SELECT 'x' FROM templates WHERE octet_length(template) % 4 = 0") == [])
      #expect(try await rows(url, "SELECT 'x' FROM utterance_embeddings WHERE octet_length(embedding) % 4 = 0") == [])
    }

    private func storageWithKey(_ url: String) throws -> RegistryStorage { storage(on: url, keys: try ring()) }

    @Test(
      "A row in another's place is refused, never answered with",
      arguments: [
        // Two people's templates.
        """
        UPDATE templates t SET template = o.template FROM templates o WHERE o.speaker_key <> t.speaker_key;
        """,
        // Two people's keys along with their templates.
        """
        UPDATE templates t SET template = o.template FROM templates o WHERE o.speaker_key <> t.speaker_key;
        UPDATE speaker_secrets t SET wrapped_key = o.wrapped_key FROM speaker_secrets o
        WHERE o.speaker_key <> t.speaker_key;
        """,
        // Two people's names.
        """
        UPDATE speakers SET speaker_id = 'nobody' WHERE speaker_id = 'ann';
        UPDATE speakers SET speaker_id = 'ann' WHERE speaker_id = 'bob';
        """,
        // A voiceprint of the very person as the template.
        """
        UPDATE templates t SET template = v.embedding FROM utterances u JOIN utterance_embeddings v USING (utterance_id)
        WHERE u.speaker_key = t.speaker_key
        """,
        // Somebody's sealed bytes, changed.
        "UPDATE templates SET template = set_byte(template, 20, get_byte(template, 20) # 1)",
        "UPDATE templates SET template = set_byte(template, 0, 2)",
      ])
    func swappedRows(statement: String) async throws {
      let (storage, epoch, url) = try await world()
      try await change(url, statement)
      for service in [storage, try storageWithKey(url)] {
        await #expect { _ = try await score("ann", ann, epoch, at: service) } throws: {
          isError($0, .dataLoss, "STORED_DATA_DAMAGED")
        }
      }
      await #expect { _ = try await storageWithKey(url).speakers.found(ann, epoch: epoch) } throws: {
        isError($0, .dataLoss, "STORED_DATA_DAMAGED")
      }
    }

    @Test("A template of another epoch and a voiceprint of another utterance are refused")
    func swappedEpochs() async throws {
      let world = try await PromotionWorld()
      try await world.enroll("ann", [1, 2, 3, 4])
      try await world.enroll("ann", [9, 1, 1, 1])
      _ = try await world.start()
      #expect(try await world.promote() == .flipped)
      #expect(try await world.found([1, 2, 3, 4], world.new) == ["ann"])
      try await change(
        world.url, "UPDATE templates t SET template = o.template FROM templates o WHERE o.epoch_id <> t.epoch_id")
      await #expect { _ = try await world.found([1, 2, 3, 4], world.new, at: world.replica()) } throws: {
        isError($0, .dataLoss, "STORED_DATA_DAMAGED")
      }
      try await change(
        world.url,
        """
        UPDATE utterance_embeddings v SET embedding = o.embedding FROM utterance_embeddings o
        WHERE o.utterance_id <> v.utterance_id AND o.epoch_id = v.epoch_id
        """)
      await #expect { try await world.enroll("ann", [7, 7, 7, 8], epoch: world.new) } throws: {
        isError($0, .dataLoss, "STORED_DATA_DAMAGED")
      }
    }

    @Test("A plain voiceprint is read, and refused where all must be sealed")
    func plainRows() async throws {
      let (_, epoch, url) = try await world()
      let forged = "UPDATE templates SET template = decode(repeat('0000003f', 4), 'hex')"
      try await change(url, forged)
      let half: [Float] = [0.5, 0.5, 0.5, 0.5]
      #expect(try await score("ann", half, epoch, at: storageWithKey(url)) == 1)
      let strict = storage(on: url, keys: try ring(), sealing: .all)
      await #expect { _ = try await score("ann", half, epoch, at: strict) } throws: {
        isError($0, .failedPrecondition, "VOICEPRINT_NOT_SEALED")
      }
      await #expect { _ = try await strict.speakers.found(half, epoch: epoch) } throws: {
        isError($0, .failedPrecondition, "VOICEPRINT_NOT_SEALED")
      }
    }

    @Test("Without the key, and with another one, nobody is answered for and nobody is added to")
    func wrongKeys() async throws {
      let (_, epoch, url) = try await world()
      for (keys, reason) in [(nil, "SERVICE_KEY_MISSING"), (try ring(8), "SERVICE_KEY_UNKNOWN")] {
        let other = storage(on: url, keys: keys)
        await #expect { _ = try await score("ann", ann, epoch, at: other) } throws: {
          isError($0, .failedPrecondition, reason)
        }
        await #expect { _ = try await other.speakers.found(ann, epoch: epoch) } throws: {
          isError($0, .failedPrecondition, reason)
        }
        await #expect { try await other.speakers.enroll(enrolment("ann", [bob], epoch: epoch)) } throws: {
          isError($0, .failedPrecondition, reason)
        }
      }
      // Nobody new under a key that the other services do not have.
      await #expect {
        try await storage(on: url, keys: ring(8)).speakers.enroll(enrolment("eve", [bob], epoch: epoch))
      } throws: {
        isError($0, .failedPrecondition, "SERVICE_KEY_UNKNOWN")
      }
      #expect(try await storageWithKey(url).speakers.found(ann, epoch: epoch) == ["ann", "bob"])
    }

    @Test("Where sealing is off, what is written can be read by a program that knows of no seals")
    func rollingUpdate() async throws {
      let (_, epoch, url) = try await makeStorage()
      let careful = storage(on: url, keys: try ring(), sealing: .none)
      try await careful.speakers.enroll(enrolment("ann", [ann], epoch: epoch))
      #expect(try await rows(url, "SELECT 'x' FROM templates WHERE octet_length(template) = 16") == ["x"])
      #expect(try await rows(url, "SELECT 'x' FROM speaker_secrets") == [])
      // Sealed ones of others are read nevertheless.
      try await storageWithKey(url).speakers.enroll(enrolment("bob", [bob], epoch: epoch))
      #expect(try await careful.speakers.found(ann, epoch: epoch) == ["ann", "bob"])
    }
  }
}
