internal import FoundationEssentials
internal import Glibc
internal import VoiceCluster
internal import VoiceRecognition

/// Where an export is written: a folder that only its owner can read and that has its name when it is whole, or a tar
/// file of it. Names of files are ours, never a person's.
struct ExportFolder {
  private let target: String
  private let folder: String
  private var isTar: Bool { target.hasSuffix(".tar") }

  /// Throws when the target is there already or its folder is not.
  init(_ target: String) throws {
    let manager = FileManager.default
    let trimmed = target.count > 1 && target.hasSuffix("/") ? String(target.dropLast()) : target
    let url = URL(filePath: trimmed).absoluteURL
    guard !url.lastPathComponent.isEmpty else { throw CommandError("--out names no folder or file") }
    self.target = url.path(percentEncoded: false)
    guard !manager.fileExists(atPath: self.target) else {
      throw CommandError("'\(target)' is there already: name a folder or a file that is not")
    }
    folder = self.target + ".unfinished-\(UInt32.random(in: .min ... .max))"
    guard mkdir(folder, 0o700) == 0, mkdir(folder + "/recordings", 0o700) == 0 else {
      throw CommandError("'\(target)' cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure(name) }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 || errno == EINTR else { throw failure(name) }
      written += max(0, count)
    }
  }

  /// Gives it its name.
  func finish() async throws {
    if isTar {
      guard let tar = Programs.find("tar") else { throw CommandError("tar is not installed: name a folder instead") }
      let archive = folder + ".tar"
      // The umask of whoever runs this may let others read.
      close(open(archive, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
      let log = folder + ".log"
      defer { _ = unlink(log) }
      do {
        try await ChildProcess.run(
          Command(tar, ["--create", "--file=\(archive)", "--force-local", "--directory=\(folder)", "."], log: log))
      } catch {
        _ = unlink(archive)
        throw error
      }
      guard rename(archive, target) == 0 else { throw failure(target) }
      abandon()
    } else {
      guard rename(folder, target) == 0 else { throw failure(target) }
    }
  }

  /// Removes what was written.
  func abandon() {
    do { try FileManager.default.removeItem(atPath: folder) } catch {
      Terminal.say("voiceprint: '\(folder)' holds a part of the export and cannot be removed: \(error)")
    }
  }

  private func failure(_ name: String) -> CommandError {
    CommandError("'\(name)' of the export cannot be written: \(String(cString: strerror(errno)))")
  }
}

/// A retained recording as a file: headerless samples get the header of a WAV file, others stay as they came.
struct ExportedRecording {
  let ending: String
  let bytes: [UInt8]

  private static let signatures: [(offset: Int, text: String, ending: String)] = [
    (8, "WAVE", "wav"), (0, "fLaC", "flac"), (0, "OggS", "ogg"), (0, "ID3", "mp3"), (8, "AIFF", "aiff"),
  ]

  init(_ recording: Recording) {
    let content = recording.content
    switch recording.encoding {
    case .file:
      let known = Self.signatures.first { content.dropFirst($0.offset).starts(with: $0.text.utf8) }
      (ending, bytes) = (known?.ending ?? "audio", content)
    case .pcmS16LE: (ending, bytes) = ("wav", Self.header(recording, format: 1, width: 2) + content)
    case .pcmF32LE: (ending, bytes) = ("wav", Self.header(recording, format: 3, width: 4) + content)
    }
  }

  /// The 44 bytes before the samples: RIFF, its format and the length of the data, little-endian.
  private static func header(_ recording: Recording, format: Int, width: Int) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let (channels, rate, length) = (max(1, recording.channels), recording.sampleRate, recording.content.count)
    return Array("RIFF".utf8) + number(36 + length, 4) + Array("WAVEfmt ".utf8) + number(16, 4) + number(format, 2)
      + number(channels, 2) + number(rate, 4) + number(rate * channels * width, 4) + number(channels * width, 2)
      + number(8 * width, 2) + Array("data".utf8) + number(length, 4)
  }
}
