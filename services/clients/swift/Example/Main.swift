internal import Glibc
internal import VoiceprintClient

/// Enrols a person and says who speaks in another recording:
///
///     voiceprint-swift-example HOST:PORT COLLECTION PERSON ENROLMENT.wav … RECORDING.wav
///
/// Prints the person recognised, or "a stranger", with score and threshold, parted by tabs.
@main
struct Example {
  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count >= 5, let recording = arguments.last else {
      say("usage: voiceprint-swift-example HOST:PORT COLLECTION PERSON ENROLMENT.wav … RECORDING.wav")
      exit(2)
    }
    do {
      let client = try Voiceprint(arguments[1], collection: arguments[2])
      let enrolments = try arguments.dropFirst(3).dropLast().map { try Recording.file($0) }
      try await client.enroll(arguments[3], enrolments)
      let answer = try await client.identify(.file(recording))
      print("\(answer.speaker ?? "a stranger")\t\(answer.score)\t\(answer.threshold)")
    } catch let error as VoiceprintError {
      // Code, reason and field are for programs; the message is for people.
      say("\(error.code): \(error.message)")
      exit(1)
    } catch {
      say("\(error)")
      exit(1)
    }
  }

  private static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
