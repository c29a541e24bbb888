/// Why the database did not do what was asked. The message never holds a parameter or a row's content.
package struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure, which says what a caller can do about it.
  package enum Code: String, Sendable, Hashable, CaseIterable {
    /// The server cannot be reached, went away or takes no more clients: try again later.
    case unavailable
    /// The database's URL is none.
    case badURL
    /// The deadline passed; what the statement did was undone.
    case deadlineExceeded
    /// All connections of the pool stayed in use until the deadline.
    case poolExhausted
    /// Another transaction came between: run the whole transaction again.
    case serialisationFailure
    /// A row with the same key exists.
    case uniqueViolation
    /// A table is missing: the schema was never made or was dropped.
    case undefinedTable
    /// The schema was made by a newer program.
    case schemaTooNew
    /// A column does not hold what the program expects.
    case decoding
    /// Anything else the server refused.
    case refused
  }

  /// The kind of failure.
  package var code: Code
  /// The five characters of the SQL standard; empty when the failure is not the server's.
  package var sqlState: String
  /// A sentence for people.
  package var message: String

  /// A failure that the server did not report itself.
  package init(_ code: Code, _ message: String, sqlState: String = "") {
    self.code = code
    self.sqlState = sqlState
    self.message = message
  }

  /// A failure with the server's own state and its primary message, which holds values only in class 22.
  init(sqlState: String, primaryMessage: String) {
    self.code = Self.code(sqlState)
    self.sqlState = sqlState
    self.message = sqlState.hasPrefix("22") ? "a value was refused" : primaryMessage
  }

  package var description: String {
    sqlState.isEmpty ? "\(code.rawValue): \(message)" : "\(code.rawValue) (SQLSTATE \(sqlState)): \(message)"
  }

  /// Sources: PostgreSQL 15 documentation, appendix A.
  private static func code(_ state: String) -> Code {
    switch state {
    case "40001", "40P01": .serialisationFailure
    case "23505": .uniqueViolation
    case "42P01", "3F000": .undefinedTable
    case "57014": .deadlineExceeded
    case "57P01", "57P02", "57P03", "57P04", "53300", "53100", "25006", "3D000": .unavailable
    default: state.hasPrefix("08") ? .unavailable : .refused
    }
  }
}
