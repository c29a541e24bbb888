internal import FoundationEssentials

/// The machine that the service runs on.
package enum Machine {
  /// Cores that this process may use, by its CPU affinity, as containers set it.
  package static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
