import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct AccessKeyTests {
    @Test("A key comes back as it was kept, without its secret")
    func kept() async throws {
      let (storage, _, url) = try await makeStorage()
      let token = AccessToken()
      let limits = AccessLimits(callsPerSecond: 2.5, burst: 7, audioSecondsPerHour: 3600, speakers: 100)
      let made = try AccessKey(
        for: token, name: "Ann's", tenant: TenantName("acme"), scopes: [.recognize, .train], limits: limits,
        expireTime: Timestamp(microseconds: 4_000_000_000_000_000))
      try await storage.keys.add(made)
      let (found, speakers) = try await storage.keys.find(token.id)
      #expect(found.name == "Ann's" && found.tenant == made.tenant && found.scopes == made.scopes)
      #expect(found.limits == limits && found.expireTime == made.expireTime && speakers == 0)
      #expect(found.revokeTime == nil && found.lastUseTime == nil)
      #expect(token.matches(salt: found.salt, digest: found.digest))
      #expect(!AccessToken().matches(salt: found.salt, digest: found.digest))
      let secret = String(token.text.suffix(64))
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      let rows = try await pool.perform { connection in
        try connection.query("SELECT access_keys::text FROM access_keys").map { try $0.text(0) }
      }
      #expect(rows.count == 1 && !rows[0].contains(secret))
      try await pool.close()
    }

    @Test("A key that is revoked stays so, and one that there is not is not found")
    func revoked() async throws {
      let (storage, _, _) = try await makeStorage()
      let token = AccessToken()
      try await storage.keys.add(try AccessKey(for: token, name: "a", tenant: nil, scopes: [.admin]))
      #expect(try await storage.keys.revoke(token.id))
      #expect(try await !storage.keys.revoke(token.id))
      #expect(try await storage.keys.find(token.id).key.revokeTime != nil)
      for body in [{ _ = try await storage.keys.find("nobody") }, { _ = try await storage.keys.revoke("nobody") }] {
        let error = await #expect(throws: RecognitionError.self) { try await body() }
        #expect(error?.code == .notFound)
      }
    }

    @Test("Use is written down once a minute")
    func used() async throws {
      let (storage, _, url) = try await makeStorage()
      let token = AccessToken()
      try await storage.keys.add(try AccessKey(for: token, name: "a", tenant: nil, scopes: [.admin]))
      try await storage.keys.markUsed(token.id)
      let first = try await storage.keys.find(token.id).key.lastUseTime
      try await storage.keys.markUsed(token.id)
      #expect(try await storage.keys.find(token.id).key.lastUseTime == first)
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      try await pool.perform { connection in
        try connection.script("UPDATE access_keys SET last_used_at = last_used_at - interval '2 minutes'")
      }
      try await storage.keys.markUsed(token.id)
      #expect(try #require(try await storage.keys.find(token.id).key.lastUseTime) >= #require(first))
      try await storage.keys.markUsed("nobody")
      try await pool.close()
    }

    @Test("Collections and people are a tenant's by the name's beginning, and nobody's without the separator")
    func tenants() async throws {
      let (storage, _, _) = try await makeStorage()
      for name in ["acme", "acme\u{241F}a", "acme\u{241F}\u{301}", "acme-2\u{241F}a", "b"] {
        _ = try await storage.speakers.createCollection(CollectionName(name), epoch: nil, retainAudio: .none)
      }
      func names(_ tenant: String?) async throws -> [String] {
        try await storage.speakers.collections(PageRequest(), ofTenant: tenant).elements.map(\.name.value)
      }
      #expect(try await names("acme").count == 2)
      #expect(try await names("acme-2") == ["acme-2\u{241F}a"])
      #expect(try await names("acm") == [])
      #expect(try await names("%") == [])
      #expect(try await names("").sorted() == ["acme", "b", "default"])
      #expect(try await names(nil).count == 6)
    }
  }
}
