import Synchronization
import Testing

@testable import voiceprint_trainer

@Suite("Why a job has to stop")
struct JobControlTests {
  /// What a process was told, in order.
  private final class Told: Sendable {
    private let values = Mutex([Bool]())
    var all: [Bool] { values.withLock(\.self) }
    func add(_ atOnce: Bool) { values.withLock { $0.append(atOnce) } }
  }

  @Test("A later reason wins over an earlier one, an earlier one changes nothing")
  func order() {
    let control = JobControl()
    #expect(control.reason == nil)
    control.stop(.cancel)
    control.stop(.drain)
    #expect(control.reason == .cancel)
    control.stop(.lost)
    control.stop(.cancel)
    #expect(control.reason == .lost)
  }

  @Test("A process is told once that it may save, and once more when it is to end at once")
  func telling() {
    let (control, told) = (JobControl(), Told())
    control.tell { told.add($0) }
    #expect(told.all.isEmpty)
    control.stop(.drain)
    control.stop(.cancel)
    #expect(told.all == [false])
    control.stop(.lost)
    #expect(told.all == [false, true])
  }

  @Test("A process that begins after the reason is told at once; one that has ended is told nothing")
  func late() {
    let (control, first, second) = (JobControl(), Told(), Told())
    control.stop(.cancel)
    control.tell { first.add($0) }
    #expect(first.all == [false])
    control.tell(nil)
    control.stop(.lost)
    #expect(first.all == [false])
    control.tell { second.add($0) }
    #expect(second.all == [true])
  }

  @Test("A process whose work cannot be kept is killed, and that is no reason against the job")
  func killing() {
    let (control, told) = (JobControl(), Told())
    control.tell { told.add($0) }
    control.stop(.drain)
    control.kill()
    control.kill()
    #expect(told.all == [false, true])
    #expect(control.reason == .drain)
  }
}
