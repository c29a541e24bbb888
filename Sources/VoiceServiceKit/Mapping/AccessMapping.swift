package import VoiceMessages
package import VoiceRecognition

extension RegistryV1.AccessKey {
  /// The wire's form of a key.
  package init(_ key: AccessKey) {
    self.init()
    (keyId, name, tenant) = (key.id, key.name, key.tenant?.value ?? "")
    scopes = key.scopes.map(\.rawValue).sorted()
    (salt, secretSha256) = (Bytes(key.salt), Bytes(key.digest))
    expireTime = key.expireTime.map { .init($0) }
    revokeTime = key.revokeTime.map { .init($0) }
    callsPerSecond = key.limits.callsPerSecond
    callBurst = key.limits.burst.map { UInt32(clamping: $0) }
    audioSecondsPerHour = key.limits.audioSecondsPerHour
    maxSpeakers = key.limits.speakers.map { UInt64(clamping: $0) }
  }
}

extension AccessKey {
  /// A key from the wire; throws `invalidArgument` for an impossible tenant.
  package init(_ message: RegistryV1.AccessKey) throws(RecognitionError) {
    let limits = AccessLimits(
      callsPerSecond: message.callsPerSecond, burst: message.callBurst.map { Int(clamping: $0) },
      audioSecondsPerHour: message.audioSecondsPerHour, speakers: message.maxSpeakers.map { Int(clamping: $0) })
    self.init(
      id: message.keyId, name: message.name,
      tenant: message.tenant.isEmpty ? nil : try TenantName(message.tenant),
      scopes: Set(message.scopes.compactMap { AccessScope(rawValue: $0) }), limits: limits,
      salt: message.salt.withUnsafeBytes { Array($0) }, digest: message.secretSha256.withUnsafeBytes { Array($0) },
      createTime: Timestamp(microseconds: 0), expireTime: message.expireTime.map { Timestamp($0) },
      revokeTime: message.revokeTime.map { Timestamp($0) }, lastUseTime: nil)
  }
}
