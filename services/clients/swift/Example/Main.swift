internal import VoiceprintClient

/// Enrols Ann, says whether another recording is hers, and takes her out again:
///
///     voiceprint-swift-example 127.0.0.1:50051 ann-1.wav ann-2.wav somebody.wav
@main
struct Example {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count >= 3, let target = arguments.first, let somebody = arguments.last else {
      print("usage: voiceprint-swift-example TARGET ENROLMENT.wav … TRIAL.wav")
      return
    }
    do {
      let client = try Voiceprint(target)
      let recordings = try arguments.dropFirst().dropLast().map { try Recording.file($0) }
      let ann = try await client.enroll("ann", recordings, displayName: "Ann")
      print("\(ann.displayName) is enrolled with \(ann.recordings) recordings")
      let answer = try await client.identify(.file(somebody))
      print("\(answer.speaker ?? "a stranger"), score \(answer.score), threshold \(answer.threshold)")
      try await client.delete("ann")
    } catch let error as VoiceprintError {
      // Code, reason and field are for programs; the message is for people.
      print(error)
    }
  }
}
