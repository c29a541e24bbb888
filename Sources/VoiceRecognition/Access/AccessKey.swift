/// How much the owner of a key may do; nil for no limit.
package struct AccessLimits: Sendable, Hashable {
  /// Calls a second, on the long run.
  package var callsPerSecond: Double?
  /// Calls that may come at once; without it those of one second, at least one.
  package var burst: Int?
  /// Seconds of audio in an hour.
  package var audioSecondsPerHour: Double?
  /// People in all collections of the tenant together.
  package var speakers: Int?

  /// The limits; none by default.
  package init(
    callsPerSecond: Double? = nil, burst: Int? = nil, audioSecondsPerHour: Double? = nil, speakers: Int? = nil
  ) {
    (self.callsPerSecond, self.burst) = (callsPerSecond, burst)
    (self.audioSecondsPerHour, self.speakers) = (audioSecondsPerHour, speakers)
  }
}

/// A key as it is kept: who has it and what for. The secret itself is not in it.
package struct AccessKey: Sendable, Hashable {
  /// What it is found by.
  package var id: String
  /// What people call it.
  package var name: String
  /// Whose it is; nil for the one who runs the cluster.
  package var tenant: TenantName?
  /// What it is good for.
  package var scopes: Set<AccessScope>
  /// How much it is good for.
  package var limits: AccessLimits
  /// Until when; nil for as long as it is not revoked.
  package var expireTime: Timestamp?
  /// When it was made.
  package var createTime: Timestamp
  /// When it was revoked; nil while it is not.
  package var revokeTime: Timestamp?
  /// When it was used last, to the minute; nil before the first time.
  package var lastUseTime: Timestamp?
  /// What the secret was hashed with.
  package var salt: [UInt8]
  /// SHA-256 of salt and secret.
  package var digest: [UInt8]

  /// A new key for a token. Throws `invalidArgument` for a name that cannot be, and without a scope.
  package init(
    for token: AccessToken, name: String, tenant: TenantName?, scopes: Set<AccessScope>, limits: AccessLimits = .init(),
    expireTime: Timestamp? = nil
  ) throws(RecognitionError) {
    id = token.id
    self.name = try NameRule.check(name, field: "name", maximum: 128)
    guard !scopes.isEmpty else { throw .invalid("scopes", "must name at least one: a key without is good for nothing") }
    (self.tenant, self.scopes, self.limits, self.expireTime) = (tenant, scopes, limits, expireTime)
    createTime = Timestamp(microseconds: 0)
    salt = AccessToken.salt()
    digest = token.digest(salt: salt)
  }

  /// A key as it was kept.
  package init(
    id: String, name: String, tenant: TenantName?, scopes: Set<AccessScope>, limits: AccessLimits, salt: [UInt8],
    digest: [UInt8], createTime: Timestamp, expireTime: Timestamp?, revokeTime: Timestamp?, lastUseTime: Timestamp?
  ) {
    (self.id, self.name, self.tenant, self.scopes, self.limits) = (id, name, tenant, scopes, limits)
    (self.salt, self.digest, self.createTime) = (salt, digest, createTime)
    (self.expireTime, self.revokeTime, self.lastUseTime) = (expireTime, revokeTime, lastUseTime)
  }
}
