extension PostgresConnection {
  /// Runs one statement and hands over its rows in batches of at most `size`, for results that are too large to be held
  /// as a whole. Only within a transaction; it plans for all rows, not for the first.
  package func forEachBatch(
    _ sql: String, _ parameters: [PostgresValue] = [], size: Int, _ body: (PostgresResult) throws -> Void
  ) throws {
    precondition(size > 0, "batches of \(size) rows")
    try script("SET LOCAL cursor_tuple_fraction = 1")
    try query("DECLARE batches NO SCROLL CURSOR FOR \(sql)", parameters)
    while true {
      let rows = try query("FETCH FORWARD \(size) FROM batches")
      if rows.isEmpty { break }
      try body(rows)
    }
    try query("CLOSE batches")
  }
}
