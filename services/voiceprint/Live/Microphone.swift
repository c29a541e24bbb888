internal import FoundationEssentials
internal import Glibc
internal import VoiceCluster

/// Sound of a microphone, by ALSA's `arecord`: 16-bit samples of one channel.
struct Microphone: Sendable {
  static let sampleRate: UInt32 = 16_000

  /// What `arecord` writes into, to be read.
  let file: Int32
  private let name: String
  private let recorder: ChildProcess
  private let folder: String

  /// Starts to record from a device as ALSA names it, or from the usual one. Throws what to do when there is none.
  static func start(device: String?) async throws -> Microphone {
    guard let program = Programs.find("arecord") else {
      throw CommandError("a microphone is read by arecord, which is not installed: apt-get install alsa-utils")
    }
    var template = Array((FileManager.default.temporaryDirectory.path + "/voiceprint-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else { throw CommandError("cannot make a folder for the microphone's sound") }
    let folder = String(cString: made)
    let pipe = folder + "/sound"
    // Open at once for reading and for writing, it waits for nobody.
    guard mkfifo(pipe, 0o600) == 0, case let file = open(pipe, O_RDWR | O_CLOEXEC), file >= 0 else {
      throw CommandError("cannot make the pipe \(pipe): \(String(cString: strerror(errno)))")
    }
    let options = ["-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", "\(sampleRate)"]
      + (device.map { ["-D", $0] } ?? [])
    // The shell only sends the output into the pipe, whose name it is given as an argument.
    let command = try Command(
      "/bin/sh", ["-c", #"out=$1; shift; exec "$@" >"$out""#, "sh", pipe, program] + options, log: folder + "/log"
    ).throughSetpriv(endingWithParent: true)
    return Microphone(
      file: file, name: device.map { "the microphone '\($0)'" } ?? "the microphone",
      recorder: try await ChildProcess.start(command), folder: folder)
  }

  /// Runs `body` while it records; stops it when the recorder ends by itself, and throws the reason then.
  func whileRecording(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await body()
        return true
      }
      group.addTask {
        let status = await self.recorder.exit()
        // ALSA says a lot before; the last line is the recorder's own.
        let log = (try? String(contentsOfFile: self.folder + "/log", encoding: .utf8)) ?? ""
        throw CommandError(
          "\(self.name) gives no sound, arecord \(status): \(log.split(separator: "\n").last ?? "")"
            + "\n`arecord -L` lists the devices, --device chooses one")
      }
      do {
        _ = try await group.next()
        group.cancelAll()
        await self.end()
      } catch {
        group.cancelAll()
        await self.end()
        throw error
      }
    }
  }

  private func end() async {
    await recorder.end(within: .seconds(2))
    close(file)
    try? FileManager.default.removeItem(atPath: folder)
  }
}
