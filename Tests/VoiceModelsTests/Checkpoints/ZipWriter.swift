import VoiceTensor

@testable import VoiceModels

/// Writes the archives that tests read: stored entries, on wish with a lie in the directory.
struct ZipWriter {
  var method: UInt16 = 0
  var flags: UInt16 = 0
  var zip64 = false
  private var body: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  init(method: UInt16 = 0, flags: UInt16 = 0, zip64: Bool = false) {
    (self.method, self.flags, self.zip64) = (method, flags, zip64)
  }

  mutating func add(_ name: String, _ content: [UInt8], checksum: UInt32? = nil) {
    let sum = checksum ?? CRC32.standard.checksum(content[...])
    let size = UInt32(content.count)
    let offset = UInt32(body.count)
    let name = Array(name.utf8)
    let common =
      littleEndian(flags) + littleEndian(method) + littleEndian(UInt32(0)) + littleEndian(sum)
    body += littleEndian(UInt32(0x0403_4B50)) + littleEndian(UInt16(20)) + common + littleEndian(size)
      + littleEndian(size) + littleEndian(UInt16(name.count)) + littleEndian(UInt16(0)) + name + content
    let extra: [UInt8] =
      zip64
      ? littleEndian(UInt16(1)) + littleEndian(UInt16(24)) + littleEndian(UInt64(size)) + littleEndian(UInt64(size))
        + littleEndian(UInt64(offset)) : []
    let wide = UInt32.max
    directory += littleEndian(UInt32(0x0201_4B50)) + littleEndian(UInt16(20)) + littleEndian(UInt16(20)) + common
    directory += littleEndian(zip64 ? wide : size) + littleEndian(zip64 ? wide : size)
    directory += littleEndian(UInt16(name.count)) + littleEndian(UInt16(extra.count)) + littleEndian(UInt16(0))
    directory += littleEndian(UInt16(0)) + littleEndian(UInt16(0)) + littleEndian(UInt32(0))
    directory += littleEndian(zip64 ? wide : offset) + name + extra
    count += 1
  }

  func bytes() -> [UInt8] {
    var file = body + directory
    let offset = UInt64(body.count)
    let size = UInt64(directory.count)
    if zip64 {
      let end = UInt64(file.count)
      file += littleEndian(UInt32(0x0606_4B50)) + littleEndian(UInt64(44)) + littleEndian(UInt32(0x2D_002D))
      file += littleEndian(UInt64(0)) + littleEndian(UInt64(count)) + littleEndian(UInt64(count))
      file += littleEndian(size) + littleEndian(offset)
      file += littleEndian(UInt32(0x0706_4B50)) + littleEndian(UInt32(0)) + littleEndian(end) + littleEndian(UInt32(1))
    }
    file += littleEndian(UInt32(0x0605_4B50)) + littleEndian(UInt32(0))
    file += littleEndian(zip64 ? UInt16.max : UInt16(count)) + littleEndian(zip64 ? UInt16.max : UInt16(count))
    file += littleEndian(zip64 ? UInt32.max : UInt32(size)) + littleEndian(zip64 ? UInt32.max : UInt32(offset))
    return file + littleEndian(UInt16(0))
  }
}
