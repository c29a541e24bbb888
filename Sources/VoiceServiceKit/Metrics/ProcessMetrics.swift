internal import FoundationEssentials
internal import Glibc

/// What the system says about this process, from /proc.
enum ProcessMetrics {
  /// Has a registry tell it, under the names that Prometheus's own clients use.
  static func register(in registry: MetricsRegistry, service: String) {
    registry.collect("process") { sample in
      sample.add("voiceprint_service_info", 1, [("service", service)])
      sample.add("process_open_fds", openFiles)
      if let limit = fileLimit { sample.add("process_max_fds", limit) }
      guard let process = ProcessState.current else { return }
      sample.add("process_cpu_seconds_total", process.cpuSeconds)
      sample.add("process_resident_memory_bytes", process.residentBytes)
      sample.add("process_virtual_memory_bytes", process.virtualBytes)
      sample.add("process_threads", process.threads)
      sample.add("process_start_time_seconds", bootTime + process.startSeconds)
    }
  }

  /// Without the one that counts them.
  private static var openFiles: Int {
    guard let folder = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return max(0, count - 3)
  }

  private static var fileLimit: Double? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
  }

  /// When the machine started, in s since 1970. By the clocks: /proc/stat may be hidden from a service.
  private static var bootTime: Double { seconds(CLOCK_REALTIME) - seconds(CLOCK_BOOTTIME) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func text(of path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The fields of /proc/self/stat that are told (proc(5)).
struct ProcessState: Sendable {
  let cpuSeconds: Double
  let threads: Double
  /// After the start of the machine.
  let startSeconds: Double
  let virtualBytes: Double
  let residentBytes: Double

  /// Nil where there is no /proc.
  static var current: ProcessState? { ProcessMetrics.text(of: "/proc/self/stat").flatMap { ProcessState($0) } }

  init?(_ line: String) {
    // The name is in parentheses and may hold anything; field 3, the state, comes next.
    guard let nameEnd = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: nameEnd)...].split(separator: " ")
    func field(_ number: Int) -> Double? { fields.count > number - 3 ? Double(fields[number - 3]) : nil }
    guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
      let virtual = field(23), let pages = field(24)
    else { return nil }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    cpuSeconds = (user + system) / ticks
    self.threads = threads
    startSeconds = start / ticks
    virtualBytes = virtual
    residentBytes = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
  }
}
