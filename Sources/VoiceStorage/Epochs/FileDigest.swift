internal import Crypto
internal import VoiceRecognition

/// Checks a file's length and SHA-256 while it passes.
struct FileDigest {
  private let file: EpochManifest.File
  private var hash = SHA256()
  private(set) var count = 0

  init(_ file: EpochManifest.File) { self.file = file }

  mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    count += bytes.count
  }

  /// Whether this is all of the file and nothing else.
  var isWhole: Bool {
    let digits = Array("0123456789abcdef")
    let sum = String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    return count == file.sizeBytes && sum == file.sha256.lowercased()
  }
}
