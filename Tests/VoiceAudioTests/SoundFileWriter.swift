import CSndfile
import Glibc

/// Files of every format that libsndfile writes, made in memory.
enum SoundFileWriter {
  /// A file of interleaved samples, or nil where this libsndfile lacks the format.
  static func file(_ samples: [Float], format: Int, sampleRate: Int, channels: Int = 1) -> [UInt8]? {
    var memory = Memory()
    var info = SF_INFO()
    info.format = Int32(format)
    info.samplerate = Int32(sampleRate)
    info.channels = Int32(channels)
    let written = withUnsafeMutablePointer(to: &memory) { memory -> Bool in
      var callbacks = Memory.callbacks
      guard let file = sf_open_virtual(&callbacks, Int32(SFM_WRITE), &info, memory) else { return false }
      let count = sf_writef_float(file, samples, sf_count_t(samples.count / channels))
      return sf_close(file) == 0 && Int(count) == samples.count / channels
    }
    return written ? memory.bytes : nil
  }

  private struct Memory {
    var bytes: [UInt8] = []
    var position = 0

    static var callbacks: SF_VIRTUAL_IO {
      SF_VIRTUAL_IO(
        get_filelen: { sf_count_t(Memory.of($0).pointee.bytes.count) },
        seek: { offset, whence, user in Memory.of(user).pointee.seek(Int(offset), whence) },
        read: { target, count, user in Memory.of(user).pointee.read(target, Int(count)) },
        write: { source, count, user in Memory.of(user).pointee.write(source, Int(count)) },
        tell: { sf_count_t(Memory.of($0).pointee.position) })
    }

    static func of(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Memory> {
      guard let user else { preconditionFailure("libsndfile lost the user data") }
      return user.assumingMemoryBound(to: Memory.self)
    }

    mutating func seek(_ offset: Int, _ whence: Int32) -> sf_count_t {
      position = offset + (whence == SEEK_CUR ? position : whence == SEEK_END ? bytes.count : 0)
      return sf_count_t(position)
    }

    mutating func read(_ target: UnsafeMutableRawPointer?, _ count: Int) -> sf_count_t {
      let size = max(0, min(count, bytes.count - position))
      bytes.withUnsafeBytes { source in
        if size > 0 { target?.copyMemory(from: source.baseAddress! + position, byteCount: size) }
      }
      position += size
      return sf_count_t(size)
    }

    mutating func write(_ source: UnsafeRawPointer?, _ count: Int) -> sf_count_t {
      let new = UnsafeRawBufferPointer(start: source, count: count)
      if position + count > bytes.count { bytes += [UInt8](repeating: 0, count: position + count - bytes.count) }
      bytes.replaceSubrange(position..<position + count, with: new)
      position += count
      return sf_count_t(count)
    }
  }
}
