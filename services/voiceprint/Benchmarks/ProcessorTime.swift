internal import FoundationEssentials
internal import Glibc

/// Processor time and memory of a process, as the system tells them.
enum ProcessorTime {
  /// Time that all threads of a process have computed, in its own code and in the system. Throws when it has ended.
  static func of(_ pid: pid_t) throws -> Duration {
    let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    // The name, in parentheses, may hold spaces; user and system time are the 14th and 15th field of all.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
      throw CommandError("/proc/\(pid)/stat has another form than this program knows")
    }
    return .seconds(1) * (user + system) / sysconf(Int32(_SC_CLK_TCK))
  }
}
