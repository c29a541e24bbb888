internal import FoundationEssentials

/// The machine that the service runs on.
package enum Machine {
  /// Cores that this process may use, by its CPU affinity, as containers set it.
  package static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// Bytes of memory that this process may use: the machine's, or what the container's control group allows.
  package static var memoryBytes: Int {
    let all = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    // "max" where there is no limit, and no such file outside of a container.
    guard let text = FileManager.default.contents(atPath: "/sys/fs/cgroup/memory.max"),
      let limit = Int(String(decoding: text, as: UTF8.self).filter(\.isNumber))
    else { return all }
    return min(all, limit)
  }
}
