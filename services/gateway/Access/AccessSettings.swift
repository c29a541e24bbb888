internal import VoiceConfiguration
internal import VoiceServiceKit

/// Who may call the gateway (`access` of its configuration).
struct AccessSettings: Sendable {
  /// Whether calls without a key are refused.
  let isRequired: Bool
  /// Whether others than this host's processes call without a key.
  let isOpenBeyondThisHost: Bool
  /// How long a key that was looked up is taken to be as it was.
  let cacheTime: Duration
  /// What lets in beside keys; nil for nothing.
  let tokens: TokenSettings?

  /// A gateway that other machines reach asks for keys unless it is told not to.
  init(_ node: ConfigurationNode, isForThisHost: Bool) {
    let keys = node.map("access")
    isRequired = keys.bool("required", default: !isForThisHost)
    isOpenBeyondThisHost = !isRequired && !isForThisHost
    cacheTime = .seconds(keys.int("cache_seconds", default: 5, in: 1...60))
    let (file, issuer) = (keys.optionalString("jwks_file"), keys.optionalString("jwt_issuer"))
    let audience = keys.optionalString("jwt_audience")
    if file == nil, issuer != nil || audience != nil {
      keys.report("jwks_file", "is missing: jwt_issuer and jwt_audience are of no use without it")
    }
    tokens = file.map { TokenSettings(file: $0, issuer: issuer, audience: audience) }
  }
}
