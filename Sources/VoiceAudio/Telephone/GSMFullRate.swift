internal import CSndfile
internal import Glibc

/// GSM 06.10 full rate by libsndfile: 160 samples at 8 kHz are a frame of 33 bytes.
enum GSMFullRate {
  /// Samples of a frame; the last one is filled with silence.
  static let frameSamples = 160
  /// Bytes of a frame.
  static let frameBytes = 33

  private static var format: SF_INFO {
    var info = SF_INFO()
    info.samplerate = Int32(TelephoneLine.sampleRate)
    info.channels = 1
    info.format = Int32(SF_FORMAT_RAW | SF_FORMAT_GSM610)
    return info
  }

  /// The frames of samples. Throws `badArgument` with libsndfile's reason.
  static func encode(_ samples: [Int16]) throws(AudioError) -> [UInt8] {
    var frames = WrittenFile()
    var written = 0
    var problem: String?
    withUnsafeMutablePointer(to: &frames) { frames in
      var callbacks = WrittenFile.callbacks
      var info = format
      guard let handle = sf_open_virtual(&callbacks, Int32(SFM_WRITE), &info, frames) else {
        problem = String(cString: sf_strerror(nil))
        return
      }
      written = Int(sf_write_short(handle, samples, sf_count_t(samples.count)))
      // Closing writes the last frame.
      if sf_close(handle) != 0 { problem = "its end cannot be written" }
    }
    guard problem == nil, written == samples.count else {
      throw AudioError(.badArgument, "no code gsm: libsndfile wrote \(written) samples (\(problem ?? "no reason"))")
    }
    return frames.bytes
  }

  /// The first `count` samples of frames. Throws `notAudio` with libsndfile's reason.
  static func decode(_ frames: [UInt8], count: Int) throws(AudioError) -> [Int16] {
    if count == 0 { return [] }
    // A typed throw does not pass through the closure's rethrowing.
    let result: Result<[Int16], AudioError> = frames.withUnsafeBytes { bytes in
      Result { () throws(AudioError) in
        let file = try SoundFile(bytes, format: format)
        var samples = [Float](repeating: 0, count: count)
        let read = samples.withUnsafeMutableBufferPointer { file.read(into: $0) }
        guard read == count else { throw AudioError(.notAudio, "GSM frames hold \(read) samples, not \(count)") }
        return samples.map { Int16($0 * 32_768) }
      }
    }
    return try result.get()
  }
}

/// Bytes that libsndfile writes one after the other.
private struct WrittenFile {
  var bytes: [UInt8] = []

  static var callbacks: SF_VIRTUAL_IO {
    SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(writtenFile($0).pointee.bytes.count) },
      // Frames have neither header nor trailer: nothing is written anywhere but at the end.
      seek: { offset, _, _ in offset },
      read: { _, _, _ in 0 },
      write: { source, count, user in
        guard let source else { return 0 }
        writtenFile(user).pointee.bytes += UnsafeRawBufferPointer(start: source, count: Int(count))
        return count
      },
      tell: { sf_count_t(writtenFile($0).pointee.bytes.count) })
  }
}

/// The file behind the user data of a callback.
private func writtenFile(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<WrittenFile> {
  guard let user else { preconditionFailure("libsndfile lost the user data of virtual I/O") }
  return user.assumingMemoryBound(to: WrittenFile.self)
}
