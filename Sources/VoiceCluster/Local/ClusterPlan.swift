/// What a local cluster is to consist of.
package struct ClusterPlan: Sendable, Hashable {
  /// Replicas of a service; one where nothing is said.
  package var replicas: [ServiceKind: Int] = [:]
  /// Whether a trainer is started too.
  package var hasTrainer = true
  /// What libpq needs to connect to a PostgreSQL that runs already; nil for a private one.
  package var database: String?
  /// The port of the gateway; 0 for any that is free.
  package var gatewayPort = 0
  /// Whether the web console is started too.
  package var hasConsole = true
  /// The port of the web console; 0 for any that is free.
  package var consolePort = 0
  /// What the services show each other; nil for plain text, which only this machine hears.
  package var certificates: ClusterCertificates?
  /// What a crash of the machine may cost the private PostgreSQL.
  package var durability = PrivatePostgres.Durability.durable
  /// How long a process may take until it serves.
  package var patience: Duration = .seconds(120)

  /// One replica of each, a private PostgreSQL, any port.
  package init() {}

  /// How many replicas of a service there are to be, at least one.
  func count(of service: ServiceKind) -> Int { max(1, replicas[service] ?? 1) }
}

/// Something that happened while a cluster starts or stops, for people who wait.
package enum ClusterEvent: Sendable, Hashable {
  /// A process is being started.
  case starting(String)
  /// It serves, after so many seconds.
  case ready(String, seconds: Double)
  /// A process is being stopped.
  case stopping(String)
}
