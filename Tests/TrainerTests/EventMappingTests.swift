import Testing
import VoiceMessages
import VoiceRecognition

@testable import voiceprint_trainer

@Suite("A job's events on the wire")
struct EventMappingTests {
  private func content(_ content: JobEvent.Content) -> TrainerV1.JobEvent.Content? {
    let event = JobEvent(sequence: 7, time: Timestamp(microseconds: 1_500_000), content: content)
    let message = TrainerV1.JobEvent(event)
    #expect(message.sequence == 7 && message.time?.seconds == 1 && message.time?.nanos == 500_000_000)
    return message.content
  }

  @Test("Each state has its own word on the wire")
  func states() {
    let words = JobState.allCases.map { TrainerV1.JobState($0) }
    #expect(words == [.queued, .running, .finished, .failed, .cancelled])
    for state in JobState.allCases {
      guard case .stateChange(let change)? = content(.stateChange(.init(state, worker: "w", message: "m"))) else {
        Issue.record("\(state) is no change of state on the wire")
        continue
      }
      #expect(change.state == TrainerV1.JobState(state) && change.worker == "w" && change.message == "m")
    }
  }

  @Test("A line of the log keeps all its numbers")
  func progress() {
    let line = TrainingReport.Progress(
      epoch: 2, epochs: 3, batch: 4, batches: 5, step: 6, loss: 0.7, accuracy: 0.8, learningRate: 0.9, margin: 0.11,
      clipsPerSecond: 12.5, etaSeconds: 13.5, waitShare: 0.14)
    guard case .progress(let told)? = content(.report(.progress(line))) else {
      Issue.record("no line")
      return
    }
    #expect([told.epoch, told.epochs, told.batch, told.batches] == [2, 3, 4, 5] && told.step == 6)
    #expect([told.loss, told.accuracy, told.learningRate, told.margin] == [0.7, 0.8, 0.9, 0.11])
    #expect([told.clipsPerSecond, told.etaSeconds, told.waitShare] == [12.5, 13.5, 0.14])
  }

  @Test("Start, evaluation, checkpoint, candidate, decision and warning keep what they say")
  func others() {
    let start = TrainingReport.Start(clips: 1, speakers: 2, parameters: 3, step: 4)
    #expect(content(.report(.start(start))) == .start(
      .with { ($0.clips, $0.speakers, $0.parameters, $0.step) = (1, 2, 3, 4) }))
    let evaluation = TrainingReport.Evaluation(
      epoch: 1, seconds: 2, equalErrorRate: 0.3, minimumCost: 0.4, threshold: 0.5,
      errorRates: [.init(threshold: -1, missRate: 0, falseAlarmRate: 0.75)])
    #expect(content(.report(.evaluation(evaluation))) == .evaluation(
      .with {
        ($0.epoch, $0.seconds, $0.eer, $0.minDcf, $0.threshold) = (1, 2, 0.3, 0.4, 0.5)
        $0.errorRates = [.with { ($0.threshold, $0.falseAlarmRate) = (-1, 0.75) }]
      }))
    #expect(content(.checkpoint(.init(name: "epoch_1", isBest: true, sizeBytes: 9))) == .checkpoint(
      .with { ($0.name, $0.isBest, $0.sizeBytes) = ("epoch_1", true, 9) }))
    #expect(content(.report(.warning("look"))) == .warning("look"))
    let measured = JobEvent.Candidate.Evaluation(
      equalErrorRate: 0.1, interval: [0.05, 0.2], minimumCost: 0.3, targets: 4, impostors: 5)
    #expect(content(.candidate(.init(epoch: "e", threshold: 0.6, evaluation: measured))) == .candidate(
      .with {
        ($0.epoch, $0.threshold, $0.isEvaluated, $0.eer) = ("e", 0.6, true, 0.1)
        ($0.eerLow, $0.eerHigh, $0.minDcf, $0.targets, $0.impostors) = (0.05, 0.2, 0.3, 4, 5)
      }))
    var decision = JobEvent.PromotionDecision(collection: "c", currentEpoch: "old")
    (decision.confidence, decision.reason) = (0.9, "not sure")
    #expect(content(.promotionDecision(decision)) == .promotionDecision(
      .with { ($0.collection, $0.currentEpoch, $0.confidence, $0.reason) = ("c", "old", 0.9, "not sure") }))
  }

  @Test("A candidate that was not measured says so, and places on this host are told to nobody")
  func unmeasured() {
    #expect(content(.candidate(.init(epoch: "e", threshold: 0.5, evaluation: nil))) == .candidate(
      .with { ($0.epoch, $0.threshold) = ("e", 0.5) }))
    #expect(content(.report(.saved(.init(path: "/var/x", isBest: true)))) == nil)
  }
}
