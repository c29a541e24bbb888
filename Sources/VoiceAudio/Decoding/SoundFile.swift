internal import CSndfile
internal import Glibc

/// A sound file in memory, read by libsndfile through virtual I/O.
final class SoundFile {
  /// How many frames the header announces; nil when it does not know, as in a compressed file that was cut.
  let frames: Int?
  let channels: Int
  let sampleRate: Int
  private let handle: OpaquePointer
  private let memory: UnsafeMutablePointer<MemoryFile>

  /// Opens bytes that stay valid while the file lives, of a format if they have no header that says it. Throws
  /// `notAudio` with libsndfile's reason.
  init(_ bytes: UnsafeRawBufferPointer, format: SF_INFO = SF_INFO()) throws(AudioError) {
    memory = .allocate(capacity: 1)
    memory.initialize(to: MemoryFile(bytes: bytes, position: 0))
    var callbacks = MemoryFile.callbacks
    var info = format
    guard let handle = sf_open_virtual(&callbacks, Int32(SFM_READ), &info, memory) else {
      let reason = String(cString: sf_strerror(nil))
      memory.deallocate()
      throw AudioError(.notAudio, "no audio file that can be read (\(reason)): send WAV, FLAC, OGG, MP3 or AIFF")
    }
    self.handle = handle
    frames = info.frames == .max ? nil : Int(info.frames)
    channels = Int(info.channels)
    sampleRate = Int(info.samplerate)
  }

  deinit {
    sf_close(handle)
    memory.deallocate()
  }

  /// Reads at most `buffer.count / channels` frames, interleaved; 0 at the end.
  func read(into buffer: UnsafeMutableBufferPointer<Float>) -> Int {
    Int(sf_readf_float(handle, buffer.baseAddress, sf_count_t(buffer.count / channels)))
  }
}

/// Bytes as libsndfile's callbacks read them.
private struct MemoryFile {
  var bytes: UnsafeRawBufferPointer
  var position: Int

  static var callbacks: SF_VIRTUAL_IO {
    SF_VIRTUAL_IO(
      get_filelen: { user in sf_count_t(memoryFile(user).pointee.bytes.count) },
      seek: { offset, whence, user in memoryFile(user).pointee.seek(Int(offset), from: whence) },
      read: { target, count, user in memoryFile(user).pointee.read(into: target, Int(count)) },
      write: { _, _, _ in 0 },
      tell: { user in sf_count_t(memoryFile(user).pointee.position) })
  }

  mutating func seek(_ offset: Int, from whence: Int32) -> sf_count_t {
    let base =
      switch whence {
      case SEEK_CUR: position
      case SEEK_END: bytes.count
      default: 0
      }
    let (target, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, target >= 0 else { return -1 }
    position = target
    return sf_count_t(target)
  }

  mutating func read(into target: UnsafeMutableRawPointer?, _ count: Int) -> sf_count_t {
    guard let target, position < bytes.count, count > 0 else { return 0 }
    let size = min(count, bytes.count - position)
    target.copyMemory(from: bytes.baseAddress.unsafelyUnwrapped + position, byteCount: size)
    position += size
    return sf_count_t(size)
  }
}

/// The file behind the user data of a callback.
private func memoryFile(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<MemoryFile> {
  guard let user else { preconditionFailure("libsndfile lost the user data of virtual I/O") }
  return user.assumingMemoryBound(to: MemoryFile.self)
}
