internal import VoiceMessages

struct JobPage: Encodable, Sendable {
  let jobs: [JobAnswer]
  let nextPageToken: String

  init(_ message: TrainerV1.ListJobsResponse) {
    (jobs, nextPageToken) = (message.jobs.map(JobAnswer.init), message.nextPageToken)
  }
}

struct JobAnswer: Encodable, Sendable {
  struct Spec: Encodable, Sendable {
    let dataset: String
    let configuration: String
    let augmentation: String?
    let baseEpoch: String?
    let seed: UInt64
    let skipEvaluation: Bool
  }

  struct AutoPromotion: Encodable, Sendable {
    let promotion: PromotionPlanAnswer?
    let eerImprovement: Double
    let confidence: Double
  }

  let job: String
  let spec: Spec?
  let priority: Int32
  let state: String
  let cancelling: Bool
  let attempts: UInt32
  let worker: String
  let position: JobPosition?
  let bestEer: Double?
  let error: String
  let lastSequence: UInt64
  let createTime: String?
  let startTime: String?
  let endTime: String?
  let candidateEpoch: String?
  let autoPromotion: AutoPromotion?

  init(_ message: TrainerV1.Job) {
    job = message.job
    spec = message.spec.map { spec in
      Spec(
        dataset: spec.dataset, configuration: spec.configuration, augmentation: spec.augmentation.orNil,
        baseEpoch: spec.baseEpoch.orNil, seed: spec.seed, skipEvaluation: spec.skipEvaluation)
    }
    (priority, state) = (message.priority, WireNames.jobState.name(of: message.state))
    (cancelling, attempts, worker) = (message.cancelling, message.attempts, message.worker)
    position = message.position.map(JobPosition.init)
    (bestEer, error, lastSequence) = (message.bestEer, message.error, message.lastSequence)
    (createTime, startTime, endTime) = (message.createTime?.text, message.startTime?.text, message.endTime?.text)
    candidateEpoch = message.candidateEpoch.orNil
    autoPromotion = message.autoPromotion.map { policy in
      AutoPromotion(
        promotion: policy.promotion.map(PromotionPlanAnswer.init), eerImprovement: policy.eerImprovement,
        confidence: policy.confidence)
    }
  }
}

/// Where a training is in its list.
struct JobPosition: Encodable, Sendable {
  let epoch: UInt32
  let batch: UInt32
  let batches: UInt32

  init(_ message: TrainerV1.JobPosition) {
    (epoch, batch, batches) = (message.epoch, message.batch, message.batches)
  }
}
