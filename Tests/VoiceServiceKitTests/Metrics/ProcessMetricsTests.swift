import FoundationEssentials
import Glibc
import Testing
@testable import VoiceServiceKit

@Suite("What the system says about a process", .timeLimit(.minutes(1)))
struct ProcessMetricsTests {
  @Test("The fields of /proc/self/stat are found behind a name that holds anything")
  func fields() throws {
    let line = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 300 50 0 0 20 0 9 0 1234 4096000 25 rest"
    let state = try #require(ProcessState(line))
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    #expect(state.cpuSeconds == 350 / ticks && state.startSeconds == 1234 / ticks)
    #expect(state.threads == 9 && state.virtualBytes == 4_096_000)
    #expect(state.residentBytes == 25 * Double(sysconf(Int32(_SC_PAGESIZE))))
    #expect(ProcessState("7 (short) S 1") == nil)
  }

  @Test("This process is told as it is")
  func now() async throws {
    let registry = MetricsRegistry()
    ProcessMetrics.register(in: registry, service: "test")
    let files = (0..<20).map { _ in open("/dev/null", O_RDONLY) }
    let text = await registry.text()
    for file in files { close(file) }
    func value(_ name: String) throws -> Double {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }, "\(name)")
      return try #require(Double(line.dropFirst(name.count + 1)))
    }
    #expect(text.contains("voiceprint_service_info{service=\"test\"} 1\n"))
    #expect(try value("process_open_fds") >= 23 && value("process_open_fds") < value("process_max_fds"))
    #expect(try value("process_resident_memory_bytes") > 1_048_576)
    #expect(try value("process_cpu_seconds_total") > 0 && value("process_threads") >= 1)
    let age = Date.now.timeIntervalSince1970 - (try value("process_start_time_seconds"))
    #expect(age > -2 && age < 7200, "\(age)")
  }
}
