import Testing
import VoiceMessages

/// A message with every field set, and what the tests do with any of them.
struct Sample: Sendable, CustomTestStringConvertible {
  /// Full name in the protocol.
  let name: String
  /// The wire form.
  let bytes: [UInt8]
  /// Reads bytes as this message and gives its wire form.
  let rewritten: @Sendable ([UInt8]) throws -> [UInt8]
  /// Whether the message read from bytes equals this one.
  let isRead: @Sendable ([UInt8]) throws -> Bool

  init<M: Message>(_ name: String, _ message: M) {
    self.name = name
    bytes = message.serialized()
    rewritten = { try M(serialized: $0).serialized() }
    isRead = { try M(serialized: $0) == message }
  }

  var testDescription: String { name }
}

/// Between them they have every kind of field that the protocol uses: numbers at their ends, texts, bytes, enums,
/// nested and repeated messages, maps, optionals at their zero, and oneofs.
enum Samples {
  static let all: [Sample] = [
    Sample("voiceprint.types.v1.Audio", audio),
    Sample("voiceprint.types.v1.AudioReport", report),
    Sample("voiceprint.types.v1.FrontEnd", frontEnd),
    Sample("voiceprint.types.v1.Speaker", speaker),
    Sample("voiceprint.feature.v1.ExtractBatchResponse", extracted),
    Sample("voiceprint.feature.v1.ExtractStreamRequest", chunk),
    Sample("voiceprint.registry.v1.EnrollRequest", enrolment),
    Sample("voiceprint.registry.v1.EpochFile", file),
    Sample("grpc.health.v1.HealthCheckResponse", GRPCHealthV1.HealthCheckResponse.with { $0.status = .serving }),
    Sample("grpc.reflection.v1.FileDescriptorResponse", descriptors),
    Sample("google.rpc.Status", status),
    Sample("google.protobuf.Duration", GoogleProtobuf.Duration.with { ($0.seconds, $0.nanos) = (.min, .min) }),
  ]

  static let audio = TypesV1.Audio.with {
    $0.content = [0, 255, 0, 1]
    $0.encoding = .pcmS16le
    $0.sampleRateHz = .max
    $0.channels = 2
  }
  static let report = TypesV1.AudioReport.with {
    $0.durationSeconds = 1e300
    $0.speechSeconds = -0.5
    $0.sampleRateHz = 8000
    $0.channels = 1
    $0.rmsDbfs = -.infinity
    $0.peak = .leastNonzeroMagnitude
    $0.clippedFraction = 1
    $0.warnings = [.quiet, .init(rawValue: 77), .short]
  }
  static let frontEnd = TypesV1.FrontEnd.with {
    $0.featureMethod = "Fbank"
    $0.methodArgs = ["num_mel_bins": "80", "": "", "umlaut ä": "张三 🙂"]
    $0.sampleRateHz = 16_000
    $0.useDbNormalization = true
    $0.targetDb = -20
  }
  static let speaker = TypesV1.Speaker.with {
    $0.speakerId = "'; DROP TABLE speakers; --"
    $0.displayName = "\u{202e}Анна\u{1f}"
    $0.labels = ["b": "2", "a": "1", "c": "3"]
    $0.utterances = [
      .init(),
      .with {
        $0.utteranceId = "u2"
        $0.report = report
        $0.createTime = .with { ($0.seconds, $0.nanos) = (-1, 999_999_999) }
      },
    ]
    $0.epoch = "CAMPPlus-92f29b94e694"
    $0.updateTime = .init()
  }
  static let extracted = FeatureV1.ExtractBatchResponse.with {
    $0.results = [
      .with { $0.result = .error(.with { ($0.code, $0.message) = (-3, "audio.content: is empty") }) },
      .with {
        $0.result = .extracted(
          .with {
            $0.features = .with {
              ($0.frames, $0.bins) = (2, 2)
              $0.values = [0, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
            }
            $0.report = report
          })
      },
      .init(),
    ]
  }
  static let chunk = FeatureV1.ExtractStreamRequest.with { $0.payload = .audioChunk([]) }
  static let enrolment = RegistryV1.EnrollRequest.with {
    $0.collection = "staff"
    $0.speakerId = "ann"
    $0.displayName = ""
    $0.labels = ["team": "blue"]
    $0.utterances = [.with { $0.embedding = .with { ($0.values, $0.epoch) = ([1, 2, 3], "e") } }]
    $0.requestId = String(repeating: "x", count: 300)
  }
  static let file = RegistryV1.EpochFile.with { ($0.name, $0.sizeBytes, $0.sha256) = ("weights", .max, "00ff") }
  static let descriptors = GRPCReflectionV1.FileDescriptorResponse.with {
    $0.fileDescriptorProto = [[1], [], [3, 0, 3]]
  }
  static let status = GoogleRPC.Status.with {
    $0.code = 3
    $0.message = "no"
    $0.details = [
      .with {
        $0.typeUrl = "type.googleapis.com/google.rpc.ErrorInfo"
        $0.value = Bytes(GoogleRPC.ErrorInfo.with { $0.metadata = ["field": "audio"] }.serialized())
      }
    ]
  }
}
