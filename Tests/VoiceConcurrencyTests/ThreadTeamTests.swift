import Synchronization
import Testing

import VoiceConcurrency

@Suite("A team of threads")
struct ThreadTeamTests {
  @Test("Every index is worked at once, whatever the number of threads", arguments: [1, 2, 3])
  func indices(_ threads: Int) {
    let team = ThreadTeam(name: "test", threads: threads)
    for count in [0, 1, 2, 7, 1000] {
      let calls = Mutex([Int](repeating: 0, count: count))
      team.forEach(count) { index, thread in
        #expect((0..<threads).contains(thread))
        calls.withLock { $0[index] += 1 }
      }
      #expect(calls.withLock { $0 } == [Int](repeating: 1, count: count))
    }
  }

  @Test("Threads work at the same time")
  func together() {
    let team = ThreadTeam(name: "test", threads: 2)
    let (first, second) = (Semaphore(), Semaphore())
    // Neither call can return before the other has begun.
    team.forEach(2) { index, _ in
      (index == 0 ? first : second).post()
      (index == 0 ? second : first).wait()
    }
  }
}
