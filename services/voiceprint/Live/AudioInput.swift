internal import Glibc
internal import VoiceConcurrency

/// Bytes of a file or a pipe, read piece by piece on a thread of its own, no faster than they are asked for.
struct AudioInput: Sendable {
  /// At most 0.1 s of what a microphone gives, so that nobody waits for the rest of a piece.
  static let pieceBytes = 3200
  private static let patience: Int32 = 100  // ms until the flag is looked at again

  private let file: Int32
  private let ended: CancellationFlag
  private let thread = ComputePool(name: "input", threads: 1, queueLimit: 1)

  /// Reads a descriptor up to its end, or until `ended` is set.
  init(file: Int32, ended: CancellationFlag) { (self.file, self.ended) = (file, ended) }

  /// The next bytes as soon as there are any; none at the end.
  func next() async throws -> [UInt8] {
    try await thread.run { [file, ended] abandoned in
      while !ended.isCancelled && !abandoned.isCancelled {
        var state = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        if poll(&state, 1, Self.patience) > 0 { return try Self.read(file) }
      }
      return []
    }
  }

  func close() async { await thread.shutDown() }

  private static func read(_ file: Int32) throws -> [UInt8] {
    var error: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, count in
      var result = Glibc.read(file, buffer.baseAddress, pieceBytes)
      while result < 0 && errno == EINTR { result = Glibc.read(file, buffer.baseAddress, pieceBytes) }
      if result < 0 { error = errno }
      count = max(0, result)
    }
    guard error == 0 else { throw CommandError("cannot read the audio: \(String(cString: strerror(error)))") }
    return bytes
  }
}
