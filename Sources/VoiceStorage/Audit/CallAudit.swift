internal import Synchronization
internal import VoiceRecognition

/// What the audit log says of calls that read and change nothing: who is recognised, and who looks people up.
package enum CallAuditing: String, Sendable, CaseIterable {
  /// Nothing.
  case none
  /// How many there were, a row for each caller, collection and outcome.
  case counts
  /// A row for each call, before it is answered.
  case each
}

/// Writes calls that only read into the audit log, one by one or as counts.
final class CallAudit: Sendable {
  private struct Calls: Hashable {
    let caller: Caller
    let action: AuditAction
    let collection: CollectionName
    let outcome: String
  }

  /// How many different counts are kept before they are written, whatever the time.
  private static let mostCounts = 1000

  private let mode: CallAuditing
  private let database: RegistryDatabase
  private let counts = Mutex<[Calls: Int]>([:])

  init(_ mode: CallAuditing, _ database: RegistryDatabase) { (self.mode, self.database) = (mode, database) }

  /// Runs a call and writes it down. Throws what it throws, and `unavailable` when it cannot be written down.
  func call<Result: Sendable>(
    _ action: AuditAction, in collection: CollectionName, of person: SpeakerID? = nil,
    _ body: () async throws(RecognitionError) -> Result
  ) async throws(RecognitionError) -> Result {
    do throws(RecognitionError) {
      let result = try await body()
      try await ended(action, collection, person, AuditEntry.done)
      return result
    } catch {
      if AuditLog.isWorthARow(error) { try await ended(action, collection, person, error.reason) }
      throw error
    }
  }

  private func ended(
    _ action: AuditAction, _ collection: CollectionName, _ person: SpeakerID?, _ outcome: String
  ) async throws(RecognitionError) {
    switch mode {
    case .none: return
    case .counts:
      let calls = Calls(
        caller: database.audit.caller, action: action, collection: collection, outcome: outcome)
      let isFull = counts.withLock { counts in
        counts[calls, default: 0] += 1
        return counts.count >= Self.mostCounts
      }
      if isFull { try await writeCounts() }
    case .each:
      try await database.write { [audit = database.audit] connection in
        var entry = AuditEntry(action, collection: collection, outcome: outcome)
        if let person { entry.person = try AuditLog.person(person, in: collection, connection) ?? "" }
        try audit.append(entry, connection)
      }
    }
  }

  /// Writes the counts; those that cannot be written stay for the next time.
  func writeCounts() async throws(RecognitionError) {
    let taken = counts.withLock { counts in
      defer { counts = [:] }
      return counts
    }
    if taken.isEmpty { return }
    do throws(RecognitionError) {
      try await database.write { [audit = database.audit] connection in
        for (calls, count) in taken {
          var entry = AuditEntry(calls.action, collection: calls.collection, outcome: calls.outcome)
          entry.count = count
          try audit.append(entry, by: calls.caller, connection)
        }
      }
    } catch {
      counts.withLock { $0.merge(taken, uniquingKeysWith: +) }
      throw error
    }
  }
}
