/// Where the database is and how long to wait for it.
package struct PostgresOptions: Sendable {
  /// A connection URL or a `key=value` string of libpq; it may hold a password and is never logged.
  package var url: String
  /// The name that shows in `pg_stat_activity`.
  package var applicationName: String
  /// Longest time to wait for a connection to be made.
  package var connectTimeout: Duration
  /// Longest time one transaction or statement may take when its caller sets no nearer deadline.
  package var queryTimeout: Duration

  /// Options for a database.
  package init(
    url: String, applicationName: String = "voiceprint", connectTimeout: Duration = .seconds(5),
    queryTimeout: Duration = .seconds(30)
  ) {
    self.url = url
    self.applicationName = applicationName
    self.connectTimeout = connectTimeout
    self.queryTimeout = queryTimeout
  }
}
