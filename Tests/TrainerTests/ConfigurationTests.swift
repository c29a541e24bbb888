import Testing
import VoiceRPC
import VoiceServiceKit

@testable import voiceprint_trainer

@Suite("A trainer's configuration")
struct ConfigurationTests {
  @Test("A call that takes long is not cut for its connection's age before a day is over")
  func connectionGrace() throws {
    #expect(try configuration().settings.server.maxConnectionAgeGrace == .seconds(86_400))
    let own = try configuration(listen: "max_connection_age_grace_seconds: 5")
    #expect(own.settings.server.maxConnectionAgeGrace == .seconds(5))
  }

  @Test("Threads are each process's own affair unless they are given")
  func threads() throws {
    #expect(try configuration().work.threads == nil)
    #expect(try configuration("threads: 3").work.threads == 3)
  }

  @Test("Trainings leave the services a quarter of the memory, however many there are at once")
  func memory() throws {
    let all = Machine.memoryBytes >> 20
    let (one, four) = (
      try configuration().work.memoryMegabytes, try configuration("at_once: 2, processes: 2").work.memoryMegabytes
    )
    #expect(one > 0 && one <= all * 3 / 4 + 1 && four > 0 && (four == 256 || four * 4 <= one + 4))
    #expect(try configuration("memory_megabytes: 0").work.memoryMegabytes == 0)
    #expect { try configuration("memory_megabytes: 255") } throws: {
      "\($0)".contains("jobs.memory_megabytes: is 255: 0 for no limit, or at least 256")
    }
  }
}
