/// Why the domain could not do what was asked; the wire's status codes are made of it in one table.
package struct RecognitionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure, which says what a caller can do about it.
  package enum Code: String, Sendable, Hashable, CaseIterable {
    /// The request is wrong and stays wrong: mend it.
    case invalidArgument
    /// What was named does not exist.
    case notFound
    /// What was to be made exists already with other content.
    case alreadyExists
    /// The request is right but the system's state forbids it, as comparing across epochs.
    case failedPrecondition
    /// A limit or a queue is full: try again later.
    case resourceExhausted
    /// The time ran out before the answer was there.
    case deadlineExceeded
    /// The caller went away.
    case cancelled
    /// Another change came between: try again.
    case aborted
    /// A part of the system cannot be reached: try again.
    case unavailable
    /// Stored data is damaged.
    case dataLoss
    /// The caller may not do this.
    case permissionDenied
    /// The caller is not known.
    case unauthenticated
    /// This system does not do that.
    case unimplemented
    /// A fault of ours.
    case `internal`
  }

  /// The kind of failure.
  package var code: Code
  /// A constant for machines, e.g. `EPOCH_MISMATCH`.
  package var reason: String
  /// A sentence for people that names what is wrong and what to do.
  package var message: String
  /// Path of the request's field that is wrong, e.g. `audio.content`.
  package var field: String?
  /// More for machines, e.g. the limit that was exceeded.
  package var metadata: [String: String]
  /// How long to wait before another try.
  package var retryAfter: Duration?

  /// An error of a kind, with a constant for machines and a sentence for people.
  package init(
    _ code: Code, reason: String, _ message: String, field: String? = nil, metadata: [String: String] = [:],
    retryAfter: Duration? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.field = field
    self.metadata = metadata
    self.retryAfter = retryAfter
  }

  package var description: String { "\(code.rawValue) (\(reason)): \(message)" }
}

extension RecognitionError {
  /// The reason of errors that say that a worker's job or promotion is another's by now.
  package static let leaseLost = "LEASE_LOST"

  /// Whether the same may succeed later, with nothing changed but the time. What was lost to another worker stays lost.
  package var mayPass: Bool {
    switch code {
    case .unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .cancelled: reason != Self.leaseLost
    default: false
    }
  }
}

extension RecognitionError {
  /// A field of a request that is wrong.
  package static func invalid(_ field: String, _ message: String, reason: String = "INVALID_FIELD") -> Self {
    Self(.invalidArgument, reason: reason, "\(field): \(message)", field: field)
  }

  /// Voiceprints of two epochs that were about to be compared.
  package static func epochMismatch(expected: EpochName, actual: EpochName) -> Self {
    Self(
      .failedPrecondition, reason: "EPOCH_MISMATCH",
      "voiceprints of epoch '\(actual)' cannot be compared with those of epoch '\(expected)': "
        + "make the voiceprint anew with epoch '\(expected)'",
      metadata: ["expected_epoch": expected.value, "actual_epoch": actual.value])
  }

  /// A person of whom there is no voiceprint of the collection's epoch.
  package static func needsReenrollment(_ speaker: SpeakerID, _ epoch: EpochName) -> Self {
    Self(
      .failedPrecondition, reason: "NEEDS_REENROLLMENT",
      "of '\(speaker)' there is no voiceprint of epoch '\(epoch)' and none can be made: enrol the person anew",
      metadata: ["speaker": speaker.value, "epoch": epoch.value])
  }

  /// A thing that was named and is not there.
  package static func missing(_ kind: String, _ name: String) -> Self {
    Self(
      .notFound, reason: "\(kind.uppercased())_NOT_FOUND", "there is no \(kind) '\(name)'",
      metadata: [kind: name])
  }

  /// A part of the system that cannot be reached.
  package static func unavailable(_ part: String, _ message: String) -> Self {
    Self(.unavailable, reason: "\(part.uppercased())_UNAVAILABLE", message, retryAfter: .seconds(1))
  }
}
