import Testing
import VoiceMessages
import VoiceRPC
import VoiceRecognition
@testable import VoiceServiceKit

@Suite("Errors on the wire")
struct ErrorTests {
  private static let everything = RecognitionError(
    .resourceExhausted, reason: "QUEUE_FULL", "wait a little", field: "audio.content",
    metadata: ["limit": "64", "": "ä"], retryAfter: .milliseconds(1500))

  @Test("Every kind of failure stands once in the table, and so does its status")
  func table() {
    #expect(ErrorTable.rows.map(\.code).sorted { $0.rawValue < $1.rawValue }
      == RecognitionError.Code.allCases.sorted { $0.rawValue < $1.rawValue })
    #expect(Set(ErrorTable.rows.map(\.status)).count == ErrorTable.rows.count)
    #expect(ErrorTable.rows.allSatisfy { $0.status != .ok && $0.status != .unknown })
  }

  @Test("A domain error arrives at the next service as it was", arguments: RecognitionError.Code.allCases)
  func roundTrip(_ code: RecognitionError.Code) {
    for var error in [Self.everything, RecognitionError(code, reason: "R", "m")] {
      error.code = code
      #expect(RecognitionError(RPCError(error), from: "peer") == error)
    }
  }

  @Test("ErrorInfo, BadRequest and RetryInfo are what other languages expect")
  func details() throws {
    let details = RPCError(Self.everything).details
    let names = ["ErrorInfo", "BadRequest", "RetryInfo"]
    #expect(details.map(\.typeUrl) == names.map { "type.googleapis.com/google.rpc.\($0)" })
    let info = try GoogleRPC.ErrorInfo(serialized: details[0].value.array)
    #expect((info.reason, info.domain) == ("QUEUE_FULL", "voiceprint"))
    #expect(info.metadata == Self.everything.metadata)
    let violations = try GoogleRPC.BadRequest(serialized: details[1].value.array).fieldViolations
    #expect(violations.map(\.field) == ["audio.content"])
    let delay = try GoogleRPC.RetryInfo(serialized: details[2].value.array).retryDelay
    #expect(delay == .with { ($0.seconds, $0.nanos) = (1, 500_000_000) })
  }

  @Test("Where the peer's library spoke, the error names the peer")
  func unreachable() {
    let error = RecognitionError(RPCError(.unavailable, "connection refused"), from: "embedding")
    #expect(error.code == .unavailable)
    #expect(error.reason == "EMBEDDING_UNAVAILABLE")
    #expect(error.message == "embedding: connection refused")
    #expect(error.retryAfter == .seconds(1))
    let late = RecognitionError(RPCError(.deadlineExceeded, "late"), from: "feature")
    #expect(late.reason == "FEATURE_DEADLINE_EXCEEDED")
    #expect(RecognitionError(RPCError(.outOfRange, "?"), from: "x").code == .internal)
  }

  @Test("Damaged details, details of others and codes of the future do no harm")
  func damaged() {
    let detail = { (name: String, value: Bytes) in
      GoogleProtobuf.`Any`.with { ($0.typeUrl, $0.value) = ("type.googleapis.com/\(name)", value) }
    }
    let received = RPCError(
      StatusCode(rawValue: 99), "m", details: [detail("google.rpc.ErrorInfo", [0xff]), detail("x.Y", [1]), .init()])
    let error = RecognitionError(received, from: "peer")
    #expect(error.code == .internal)
    #expect(error.field == nil)
  }

  @Test("Whatever a handler throws is answered with an ErrorInfo, and a fault of ours with nothing of itself")
  func answers() throws {
    struct Secret: Error { let password = "hunter2" }
    let reason = { (answer: RPCError) in
      try GoogleRPC.ErrorInfo(serialized: #require(answer.details.first).value.array).reason
    }
    let domain = RPCError(answering: Self.everything, deadline: .never)
    #expect(domain.code == .resourceExhausted)
    #expect(try reason(domain) == "QUEUE_FULL")
    let fault = RPCError(answering: Secret(), deadline: .never)
    #expect(fault.code == .internalError)
    #expect(!fault.message.contains("hunter2"))
    #expect(try reason(fault) == "INTERNAL")
    #expect(RPCError(answering: CancellationError(), deadline: .never).code == .cancelled)
    #expect(RPCError(answering: CancellationError(), deadline: .after(.seconds(-1))).code == .deadlineExceeded)
    #expect(try reason(RPCError(answering: RPCError(.invalidArgument, "no"), deadline: .never)) == "INVALID_ARGUMENT")
  }
}
