/// How a call ended: the status codes of gRPC.
package struct StatusCode: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  package let rawValue: Int32

  /// The code with this number, also one that gRPC does not define.
  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// It worked.
  package static let ok = StatusCode(rawValue: 0)
  /// The caller gave up.
  package static let cancelled = StatusCode(rawValue: 1)
  /// Nothing better is known.
  package static let unknown = StatusCode(rawValue: 2)
  /// The request is wrong, whatever the state of the system.
  package static let invalidArgument = StatusCode(rawValue: 3)
  /// The time was up.
  package static let deadlineExceeded = StatusCode(rawValue: 4)
  /// What was asked for is not there.
  package static let notFound = StatusCode(rawValue: 5)
  /// What should be made is there already.
  package static let alreadyExists = StatusCode(rawValue: 6)
  /// The caller is known and may not do this.
  package static let permissionDenied = StatusCode(rawValue: 7)
  /// A limit is reached.
  package static let resourceExhausted = StatusCode(rawValue: 8)
  /// The system must be brought into another state first.
  package static let failedPrecondition = StatusCode(rawValue: 9)
  /// It collided with another call; the whole exchange can be tried again.
  package static let aborted = StatusCode(rawValue: 10)
  /// Past the end of what there is.
  package static let outOfRange = StatusCode(rawValue: 11)
  /// The server does not have this method.
  package static let unimplemented = StatusCode(rawValue: 12)
  /// The server is at fault.
  package static let internalError = StatusCode(rawValue: 13)
  /// The server cannot be reached or does not take calls now; the call can be tried again.
  package static let unavailable = StatusCode(rawValue: 14)
  /// Data is lost or damaged for good.
  package static let dataLoss = StatusCode(rawValue: 15)
  /// It is not known who calls.
  package static let unauthenticated = StatusCode(rawValue: 16)

  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]
}

extension StatusCode: CustomStringConvertible {
  /// gRPC's name of the code, as "NOT_FOUND".
  package var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "CODE(\(rawValue))"
  }
}
