internal import VoicePostgres
internal import VoiceRecognition

/// Reads keys.
enum AccessKeyRows {
  static let select = """
    SELECT key_id, name, tenant, scopes, salt, secret_hash, calls_per_second, call_burst, audio_seconds_per_hour,
      max_speakers, created_at, expires_at, revoked_at, last_used_at FROM access_keys
    """

  static func key(_ row: PostgresRow) throws -> AccessKey {
    func moment(_ column: Int) throws -> Timestamp? {
      row.isNull(column) ? nil : Timestamp(microseconds: try row.timestamp(column))
    }
    // Scopes that this program does not know give nothing.
    let scopes = try row.text(3).split(separator: ",").compactMap { AccessScope(rawValue: String($0)) }
    let limits = AccessLimits(
      callsPerSecond: row.isNull(6) ? nil : try row.double(6), burst: try row.optionalInt(7).map { Int($0) },
      audioSecondsPerHour: row.isNull(8) ? nil : try row.double(8), speakers: try row.optionalInt(9).map { Int($0) })
    return AccessKey(
      id: try row.text(0), name: try row.text(1), tenant: try row.optionalText(2).map { try TenantName($0) },
      scopes: Set(scopes), limits: limits, salt: try row.bytes(4), digest: try row.bytes(5),
      createTime: Timestamp(microseconds: try row.timestamp(10)), expireTime: try moment(11),
      revokeTime: try moment(12), lastUseTime: try moment(13))
  }

  static func parameters(_ key: AccessKey) -> [PostgresValue] {
    let limits = key.limits
    return [
      .text(key.id), .text(key.name), .text(key.tenant?.value),
      .text(key.scopes.map(\.rawValue).sorted().joined(separator: ",")), .bytes(key.salt), .bytes(key.digest),
      limits.callsPerSecond.map { .double($0) } ?? .null, limits.burst.map { .int(Int64($0)) } ?? .null,
      limits.audioSecondsPerHour.map { .double($0) } ?? .null, limits.speakers.map { .int(Int64($0)) } ?? .null,
      key.expireTime.map { .timestamp(microseconds: $0.microseconds) } ?? .null,
    ]
  }
}
