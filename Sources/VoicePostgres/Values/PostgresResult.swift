internal import CPostgres

/// The rows a statement gave, in binary format.
package final class PostgresResult: @unchecked Sendable {  // owns a PGresult, which libpq never changes once received
  let handle: OpaquePointer
  private let columns: Int

  init(takingOwnershipOf handle: OpaquePointer) {
    self.handle = handle
    columns = Int(PQnfields(handle))
  }
  deinit { PQclear(handle) }

  /// How many rows the statement changed.
  package var affectedRows: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

  /// What the server says it has done, e.g. `COMMIT`.
  var commandTag: String { String(cString: PQcmdStatus(handle)) }

  /// The bytes of a column, valid as long as the result; nil for NULL.
  func bytes(row: Int, column: Int) -> UnsafeRawBufferPointer? {
    precondition(column < columns, "column \(column) of \(columns)")
    let (row, column) = (Int32(row), Int32(column))
    guard PQgetisnull(handle, row, column) == 0 else { return nil }
    return UnsafeRawBufferPointer(start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
  }

  func type(column: Int) -> UInt32 { PQftype(handle, Int32(column)) }

  func name(column: Int) -> String {
    PQfname(handle, Int32(column)).map { String(cString: $0) } ?? "\(column)"
  }
}

extension PostgresResult: RandomAccessCollection {
  /// The first row.
  package var startIndex: Int { 0 }
  /// The number of rows.
  package var endIndex: Int { Int(PQntuples(handle)) }
  /// A row.
  package subscript(row: Int) -> PostgresRow {
    precondition(row >= 0 && row < endIndex, "row \(row) of \(endIndex)")
    return PostgresRow(result: self, row: row)
  }
}
