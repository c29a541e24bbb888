internal import VoiceConfiguration

/// Whether people sign in, and for how long (`login` of the configuration).
struct LoginSettings: Sendable {
  /// Whether nothing is answered to who is not signed in.
  let isRequired: Bool
  /// Whether others than this host's processes do everything without signing in.
  let isOpenBeyondThisHost: Bool
  /// Sessions at the same time; one more ends the one that was not used for longest.
  let maximum: Int
  /// A session ends when it was not used for so long, and in any case after `length`.
  let idle: Duration
  let length: Duration

  /// A console that other machines reach asks for keys unless it is told not to.
  init(_ node: ConfigurationNode, isForThisHost: Bool) {
    let keys = node.map("login")
    isRequired = keys.bool("required", default: !isForThisHost)
    isOpenBeyondThisHost = !isRequired && !isForThisHost
    maximum = keys.int("max_sessions", default: 1000, in: 1...100_000)
    idle = .seconds(keys.int("idle_minutes", default: 30, in: 1...1440) * 60)
    length = .seconds(keys.int("max_hours", default: 12, in: 1...168) * 3600)
  }
}
