import Testing
import VoiceCluster
import VoiceRecognition

@testable import voiceprint_trainer

@Suite("What becomes of a job")
struct JobEndingTests {
  private static let drained = JobEnding.released(message: "the trainer w was shut down", counts: false)

  private func after(_ status: VoiceCluster.ExitStatus?, _ reason: JobControl.Reason? = nil) -> JobEnding {
    JobEnding(reason, after: status.map { .init(status: $0, lastWords: "last words") }, worker: "w")
  }

  private func failing(_ error: any Error, _ reason: JobControl.Reason? = nil) -> JobEnding {
    JobEnding(reason, failure: error, worker: "w")
  }

  @Test("A process that came to its end has trained, whatever was asked of it too late", arguments: [
    nil, JobControl.Reason.drain, .cancel,
  ])
  func finished(reason: JobControl.Reason?) { #expect(after(.exited(0), reason) == .ended(.finished)) }

  @Test("A process that had to stop has failed at nothing", arguments: [
    VoiceCluster.ExitStatus.exited(1), .exited(3), .killed(signal: 15), .killed(signal: 9), nil,
  ])
  func stopped(status: VoiceCluster.ExitStatus?) {
    #expect(after(status, .cancel) == .ended(.cancelled))
    #expect(after(status, .drain) == Self.drained)
    #expect(after(status, .lost) == .lost)
  }

  @Test("A process that gave up fails the job with its words; one that was killed is an attempt that may be repeated")
  func failed() {
    #expect(after(.exited(3)) == .ended(.failed, message: "last words"))
    #expect(
      after(.killed(signal: 9)) == .released(message: "the training process was killed by signal 9", counts: true))
  }

  @Test("A process that got no more memory would need as much again")
  func memory() {
    let end = TrainingProcess.End(status: .killed(signal: 6), lastWords: "", exceededMegabytes: 300)
    guard case .ended(.failed, let message) = JobEnding(nil, after: end, worker: "w") else {
      Issue.record("it would be tried again")
      return
    }
    #expect(message.contains("300 MB"))
    #expect(JobEnding(.cancel, after: end, worker: "w") == .ended(.cancelled))
  }

  @Test("A measuring that was killed as the job had to stop neither fails the job nor counts")
  func stoppedMeasuring() {
    let error = RecognitionError(.aborted, reason: "EVALUATION", "the network was not measured")
    #expect(failing(error, .cancel) == .ended(.cancelled))
    #expect(failing(error, .drain) == Self.drained)
    #expect(failing(error) == .released(message: error.message, counts: true))
  }

  @Test("Who has lost the lease writes nothing")
  func lost() {
    let error = RecognitionError(.aborted, reason: RecognitionError.leaseLost, "taken")
    for reason in [nil, JobControl.Reason.drain, .cancel, .lost] { #expect(failing(error, reason) == .lost) }
    #expect(failing(RecognitionError.unavailable("x", "away"), .lost) == .lost)
  }

  @Test("What the request names and is not there fails the job at once, a fault of ours is tried again")
  func failures() {
    #expect(failing(RecognitionError.missing("epoch", "e")) == .ended(.failed, message: "there is no epoch 'e'"))
    let fault = RecognitionError(.internal, reason: "STORAGE_FAULT", "broken")
    #expect(failing(fault) == .released(message: "broken", counts: true))
  }
}
