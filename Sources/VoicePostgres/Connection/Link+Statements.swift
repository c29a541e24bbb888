internal import CPostgres
internal import Glibc

extension Link {
  /// Runs SQL without parameters, of one or several statements; gives the last result.
  @discardableResult
  func run(_ sql: String, _ patience: Patience) throws -> PostgresResult {
    try send(PQsendQuery(handle, sql), patience)
    return try receive(patience)
  }

  /// Makes `sql` a prepared statement of that name.
  func prepare(_ name: String, _ sql: String, types: [UInt32], _ patience: Patience) throws {
    try send(PQsendPrepare(handle, name, sql, Int32(types.count), types), patience)
    _ = try receive(patience)
  }

  /// Runs a prepared statement.
  func execute(_ name: String, _ parameters: [PostgresValue], _ patience: Patience) throws -> PostgresResult {
    try send(sendPrepared(name, parameters), patience)
    return try receive(patience)
  }

  /// Runs a prepared statement and hands over its rows as they come, without ever holding all of them.
  func stream(
    _ name: String, _ parameters: [PostgresValue], _ patience: Patience, _ body: (PostgresRow) throws -> Void
  ) throws {
    try send(sendPrepared(name, parameters), patience)
    PQsetSingleRowMode(handle)
    var failure: (any Error)?
    while let handle = try next(patience) {
      let rows = PostgresResult(takingOwnershipOf: handle)
      guard failure == nil else { continue }
      do {
        try check(rows)
        for row in rows { try body(row) }
      } catch {
        failure = error
        // The rows that are still to come are not wanted any more.
        guard rows.isEmpty || cancelStatement() else {
          throw PostgresError(.deadlineExceeded, "the database did not take a cancellation in time")
        }
      }
    }
    if let failure { throw failure }
  }

  /// Asks the server to give up the statement that runs, whose result or failure still comes. False when the server
  /// does not take that in.
  private func cancelStatement() -> Bool { CancelRequest(handle)?.send(within: .seconds(2)) ?? false }

  /// After an interrupted wait: ends the statement on the server. False when the connection is of no more use.
  func abandon() -> Bool {
    guard PQtransactionStatus(handle) == PQTRANS_ACTIVE else { return isAlive }
    guard cancelStatement() else { return false }
    do {
      while let result = try next(.atMost(.seconds(2))) { PQclear(result) }
      return isAlive
    } catch { return false }
  }
}

extension Link {
  private func send(_ status: Int32, _ patience: Patience) throws {
    guard status == 1 else { throw lost() }
    while true {
      switch PQflush(handle) {
      case 0: return
      case 1:
        // The server may itself be waiting for us to read.
        try wait(for: POLLIN | POLLOUT, patience)
        guard PQconsumeInput(handle) == 1 else { throw lost() }
      default: throw lost()
      }
    }
  }

  /// The next result of what was sent; nil after the last.
  private func next(_ patience: Patience) throws -> OpaquePointer? {
    while PQisBusy(handle) == 1 {
      try wait(for: Int32(POLLIN), patience)
      guard PQconsumeInput(handle) == 1 else { throw lost() }
    }
    return PQgetResult(handle)
  }

  /// The last result, or the first failure once all results are read.
  private func receive(_ patience: Patience) throws -> PostgresResult {
    var last: PostgresResult?
    var failure: PostgresError?
    while let handle = try next(patience) {
      let result = PostgresResult(takingOwnershipOf: handle)
      do {
        try check(result)
        last = result
      } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    guard let last else { throw lost() }
    return last
  }

  /// Throws what a result reports.
  private func check(_ result: PostgresResult) throws(PostgresError) {
    switch PQresultStatus(result.handle) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return
    default:
      guard let state = field(result.handle, "C") else { throw lost() }
      throw PostgresError(sqlState: state, primaryMessage: field(result.handle, "M") ?? "no message")
    }
  }

  /// A part of the server's report, by libpq's letter (`PG_DIAG_…`).
  private func field(_ handle: OpaquePointer, _ letter: Unicode.Scalar) -> String? {
    PQresultErrorField(handle, Int32(letter.value)).map { String(cString: $0) }
  }

  private func sendPrepared(_ name: String, _ parameters: [PostgresValue]) -> Int32 {
    var bytes: [UInt8] = []
    let ranges = parameters.map { value -> Range<Int>? in
      let start = bytes.count
      return value.encode(into: &bytes) ? start..<bytes.count : nil
    }
    // An empty value still needs an address, or libpq would take it for NULL.
    bytes.append(0)
    let lengths = ranges.map { Int32($0?.count ?? 0) }
    let formats = [Int32](repeating: 1, count: parameters.count)
    return bytes.withUnsafeBytes { buffer in
      let values = ranges.map { range in
        range.flatMap { buffer.baseAddress?.advanced(by: $0.lowerBound).assumingMemoryBound(to: CChar.self) }
      }
      return PQsendQueryPrepared(handle, name, Int32(parameters.count), values, lengths, formats, 1)
    }
  }
}
