extension News {
  /// What a look for news led to.
  package enum Look: Sendable, Hashable {
    /// Nothing more will come.
    case done
    /// The next change brings the next look.
    case upToDate
    /// What was looked at was away.
    case failed
  }

  /// Looks at once, after every change, and again after a pause while looks fail: that what was away is back is news
  /// that nobody may bring, as when one connection of a pool broke and that of the notifications did not.
  ///
  /// Returns true once a look is done; false when the news have ended or the task is cancelled. Throws what a look
  /// throws.
  package func looks(
    again pause: Duration = .milliseconds(500), _ look: () async throws -> Look
  ) async throws -> Bool {
    for await _ in subscribe() {
      var outcome = try await look()
      while outcome == .failed {
        do { try await Task.sleep(for: pause) } catch { return false }
        if isFinished { return false }
        outcome = try await look()
      }
      if outcome == .done { return true }
    }
    return false
  }
}
