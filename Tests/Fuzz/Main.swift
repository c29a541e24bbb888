import CFuzzer
import FuzzTargets

/// libFuzzer over one of the targets: `voiceprint-fuzz TARGET [libFuzzer's options and folders]`. See deploy/fuzz.sh.
@main
struct Fuzzer {
  /// The callback of C takes no context.
  nonisolated(unsafe) private static var target = FuzzTarget.audio

  static func main() {
    guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
      print("which target? \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
      return
    }
    self.target = target
    // libFuzzer reads from the second argument on: the target takes the place of the program's name.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    _ = LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
      Fuzzer.target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
      return 0
    }
  }
}
