internal import VoiceRecognition
internal import VoiceServiceKit

/// Who has signed in and asks for something.
struct Visitor: Sendable {
  /// Nil where nobody signs in.
  @TaskLocal static var current: Visitor?

  let session: Session
  /// What calls to the gateway show.
  let key: String
  let rights: KeyRights
  private let sessions: Sessions

  init(session: Session, key: String, rights: KeyRights, sessions: Sessions) {
    (self.session, self.key, self.rights, self.sessions) = (session, key, rights, sessions)
  }

  /// Throws `permissionDenied` unless the key is good for a method of registry or trainer, and `unauthenticated` when
  /// it is good no more.
  func check(_ method: String) async throws {
    let rights = try await sessions.confirm(session)
    guard let row = MethodTable.row(of: method), rights.scopes.contains(row.scope) else {
      let scope = MethodTable.row(of: method)?.scope.rawValue ?? "what nobody may do"
      let scopes = rights.scopes.map(\.rawValue).sorted().joined(separator: ", ")
      throw RecognitionError(
        .permissionDenied, reason: "SCOPE_MISSING",
        "the key '\(rights.name)' is good for \(scopes), and this needs \(scope): sign in with a key that has it")
    }
    // Which networks there are is everybody's to know.
    guard rights.tenant.isEmpty || row.scope == .recognize else {
      throw RecognitionError(
        .permissionDenied, reason: "TENANT_KEY",
        "the key '\(rights.name)' is of the tenant '\(rights.tenant)': data sets, jobs and promotions are of whoever "
          + "runs the cluster")
    }
  }

  /// Returns when the session has ended, or its key is good no more.
  func awaitEnd() async throws {
    while true {
      try await Task.sleep(for: Sessions.confirmation)
      do { _ = try await sessions.confirm(session) } catch let error as RecognitionError {
        // What cannot be found out now is asked again.
        if error.code == .unauthenticated { return }
      }
    }
  }
}
