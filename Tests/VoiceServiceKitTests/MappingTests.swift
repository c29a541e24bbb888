import Testing
import VoiceMessages
import VoiceRecognition
import VoiceServiceKit

@Suite("The domain's values on the wire")
struct MappingTests {
  private static let report = AudioReport(
    durationSeconds: 3.5, speechSeconds: 2, sampleRate: 8000, channels: 2, rmsDBFS: -22.5, peak: 0.5,
    clippedFraction: 0.25, warnings: [.short, .clipped, .quiet])

  @Test(
    "A moment arrives to the microsecond, also before 1970",
    arguments: [0, 1, 1_700_000_000_123_456, -1, -1_500_000])
  func timestamps(microseconds: Int64) {
    let message = GoogleProtobuf.Timestamp(Timestamp(microseconds: microseconds))
    #expect(Timestamp(message) == Timestamp(microseconds: microseconds))
    #expect((0..<1_000_000_000).contains(message.nanos), "nanoseconds count forward")
  }

  @Test("A person arrives with utterances and reports")
  func speakers() throws {
    let moment = Timestamp(microseconds: 1_700_000_000_000_000)
    let speaker = Speaker(
      id: try SpeakerID("Анна"), displayName: "Anna", labels: ["team": "blue"],
      utterances: [Utterance(id: "u1", report: Self.report, createTime: moment)], epoch: try EpochName("A-1"),
      createTime: moment, updateTime: moment)
    #expect(try Speaker(TypesV1.Speaker(speaker)) == speaker)
    #expect(throws: RecognitionError.self) { try Speaker(nil) }
    #expect(throws: RecognitionError.self) { try Speaker(.init()) }
  }

  @Test("A collection and a candidate arrive")
  func galleries() throws {
    let collection = SpeakerCollection(
      name: try CollectionName("staff"), epoch: try EpochName("A-1"), speakerCount: 7,
      createTime: Timestamp(microseconds: 5))
    #expect(try SpeakerCollection(TypesV1.Collection(collection)) == collection)
    let match = Match(speaker: try SpeakerID("ann"), displayName: "Ann", score: 0.75)
    #expect(try Match(TypesV1.Match(match)) == match)
    #expect(throws: RecognitionError.self) { try Match(nil) }
  }

  @Test("A front-end arrives, and one that is not set is mvector's default")
  func frontEnds() {
    let frontEnd = FrontEnd(
      featureMethod: "MFCC", methodArguments: ["num_ceps": "20"], sampleRate: 8000, useDBNormalization: true,
      targetDB: -30, doVAD: true)
    #expect(FrontEnd(TypesV1.FrontEnd(frontEnd)) == frontEnd)
    #expect(FrontEnd(nil) == FrontEnd())
  }

  @Test("Features whose counts do not fit, or that are not finite, are refused by field")
  func features() throws {
    let matrix = { (frames: UInt32, bins: UInt32, values: [Float]) in
      TypesV1.FeatureMatrix.with { ($0.frames, $0.bins, $0.values) = (frames, bins, values) }
    }
    let good = try FeatureMatrix(matrix(2, 2, [1, 2, 3, 4]), field: "features")
    #expect(try FeatureMatrix(TypesV1.FeatureMatrix(good), field: "features") == good)
    for bad in [
      matrix(0, 2, []), matrix(2, 0, []), matrix(2, 2, [1, 2, 3]), matrix(.max, .max, []),
      matrix(1, 1, [.nan]), matrix(1, 2, [1, .infinity]),
    ] {
      let error = #expect(throws: RecognitionError.self) { try FeatureMatrix(bad, field: "features[3]") }
      #expect(error?.field == "features[3]" && error?.code == .invalidArgument)
    }
  }

  @Test("A voiceprint that is missing, empty or not finite is refused by field")
  func voiceprints() throws {
    let good = Voiceprint(values: [3, 4], epoch: try EpochName("A-1"))
    #expect(try Voiceprint(TypesV1.Embedding(good), field: "embedding") == good)
    for bad: TypesV1.Embedding? in [
      nil, .init(), .with { $0.values = [1] }, .with { ($0.values, $0.epoch) = ([.nan], "A-1") },
    ] {
      let error = #expect(throws: RecognitionError.self) { try Voiceprint(bad, field: "embedding") }
      #expect(error?.field?.hasPrefix("embedding") == true && error?.code == .invalidArgument)
    }
  }
}
