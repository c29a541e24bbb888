internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

extension Enrolment {
  /// An enrolment from the wire; throws `invalidArgument` naming the field that is wrong.
  init(_ request: RegistryV1.EnrollRequest) throws(RecognitionError) {
    var utterances: [NewUtterance] = []
    try Self.checkCount(request.utterances.count, field: "utterances")
    for (index, utterance) in request.utterances.enumerated() {
      var recording: Recording?
      if let audio = utterance.audio { recording = try Recording(audio, field: "utterances[\(index)].audio") }
      utterances.append(
        NewUtterance(
          voiceprint: try Voiceprint(utterance.embedding, field: "utterances[\(index)].embedding"),
          report: utterance.report.map { AudioReport($0) } ?? AudioReport(),
          recording: recording))
    }
    try self.init(
      collection: CollectionName(request.collection), speaker: SpeakerID(request.speakerId),
      displayName: request.displayName, labels: request.labels, utterances: utterances, requestID: request.requestId)
  }
}

extension RegistryV1.EnrollResponse {
  init(_ result: EnrolmentResult) {
    self.init()
    speaker = .init(result.speaker)
    created = result.created
    replayed = result.replayed
  }
}

extension PageRequest {
  /// A page from the wire, where a size of 0 is the usual one.
  init(size: UInt32, token: String) { self.init(size: Int(size), token: token) }
}

extension RegistryV1.SearchRequest {
  /// How many candidates are wanted.
  var candidates: Int { topK == 0 ? SearchResult.standardTopK : Int(topK) }
}

extension RegistryV1.SearchResponse {
  init(_ result: SearchResult) {
    self.init()
    matches = result.matches.map { .init($0) }
    gallerySize = UInt64(clamping: result.gallerySize)
  }
}

extension EpochManifest {
  /// The manifest of an epoch that is published; throws `invalidArgument` when it is not whole or when the header lists
  /// other files.
  init(_ header: RegistryV1.EpochHeader) throws(RecognitionError) {
    try self.init(json: Array(header.manifestJson.utf8))
    let listed = header.files.map { File(name: $0.name, sizeBytes: Int(clamping: $0.sizeBytes), sha256: $0.sha256) }
    guard listed == files else {
      throw .invalid("header.files", "are not the manifest's files in the manifest's order", reason: "BAD_MANIFEST")
    }
  }
}

extension RegistryV1.EpochHeader {
  /// Throws `invalidArgument` for a manifest that cannot be written as JSON.
  init(_ record: EpochRecord) throws(RecognitionError) {
    self.init()
    manifestJson = try RegistryV1.Epoch(record).manifestJson
    files = record.manifest.files.map { file in
      .with {
        $0.name = file.name
        $0.sizeBytes = UInt64(clamping: file.sizeBytes)
        $0.sha256 = file.sha256
      }
    }
  }
}
