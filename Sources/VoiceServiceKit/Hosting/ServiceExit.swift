package import ArgumentParser

/// How a service's process ends, in the numbers of sysexits.h: 0 after a signal, 64 for a wrong command line, or these.
package enum ServiceExit {
  /// The address to listen on is not to be had.
  package static let unavailable = ExitCode(69)
  /// The work behind the server failed: a fault of ours or of what it stands on, which the log tells.
  package static let failed = ExitCode(70)
  /// The configuration is wrong; standard error says where.
  package static let configuration = ExitCode(78)
}
