internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// A file for the templates of galleries in full precision, which are read for the few nearest of a search only. The
/// system keeps in memory what it has room for.
///
/// It has no name and ends with the process. Every row is sealed by AES-256-GCM under a key that is in this process's
/// memory alone: who gets at the disk reads no voiceprint. Several galleries share the file, by extents.
package final class TemplateFile: Sendable {
  /// Bytes of an extent.
  static let extentBytes = 1 << 20
  /// What a seal adds to a row: a nonce of 12 bytes and a tag of 16.
  static let sealBytes = 28

  private struct Space {
    var end: off_t = 0
    var free: [off_t] = []
    /// Extents that galleries have.
    var taken = 0
  }
  private let descriptor: Int32
  private let key = SymmetricKey(size: .bits256)
  private let space = Mutex(Space())
  private let nonces = Atomic<UInt64>(0)

  /// A file in a folder. Throws when none can be made there.
  package init(in folder: String) throws(GalleryError) {
    var path = Array("\(folder)/voiceprint-templates-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else {
      throw GalleryError("no file for templates can be made in \(folder): \(Self.reason)")
    }
    unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }
  deinit { close(descriptor) }

  /// A free extent's place.
  func takeExtent() -> off_t {
    space.withLock { space in
      space.taken += 1
      if let place = space.free.popLast() { return place }
      defer { space.end += off_t(Self.extentBytes) }
      return space.end
    }
  }

  /// Gives extents back: to the next gallery that needs some, and all to the disk when none is in use any more.
  func give(back extents: [off_t]) {
    space.withLock { space in
      space.free += extents
      space.taken -= extents.count
      guard space.taken == 0, ftruncate(descriptor, 0) == 0 else { return }
      space = Space()
    }
  }

  /// A row as it is written: nonce, ciphertext, tag.
  func sealed(_ template: [Float]) throws(GalleryError) -> Data {
    do {
      var nonce = [UInt8](repeating: 0, count: 4)
      let number = nonces.add(1, ordering: .relaxed).newValue
      withUnsafeBytes(of: number) { nonce += $0 }
      let box = try template.withUnsafeBytes {
        try AES.GCM.seal($0, using: key, nonce: AES.GCM.Nonce(data: nonce))
      }
      guard let combined = box.combined else { throw GalleryError("a seal without its standard nonce") }
      return combined
    } catch { throw GalleryError("a template cannot be sealed: \(error)") }
  }

  /// The row that was sealed.
  func opened(_ bytes: Data) throws(GalleryError) -> [Float] {
    do {
      let plain = try AES.GCM.open(AES.GCM.SealedBox(combined: bytes), using: key)
      return [Float](unsafeUninitializedCapacity: plain.count / 4) { values, count in
        count = plain.copyBytes(to: UnsafeMutableRawBufferPointer(values)) / 4
      }
    } catch { throw GalleryError("the file of templates was changed by somebody: \(error)") }
  }

  func write(_ bytes: Data, at place: off_t) throws(GalleryError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        pwrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, place + off_t(written))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw GalleryError("the file of templates cannot be written: \(Self.reason)") }
      written += count
    }
  }

  func read(_ count: Int, at place: off_t) throws(GalleryError) -> Data {
    var bytes = Data(count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { bytes in
        pread(descriptor, bytes.baseAddress.map { $0 + filled }, count - filled, place + off_t(filled))
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        throw GalleryError("the file of templates cannot be read: \(got == 0 ? "it is too short" : Self.reason)")
      }
      filled += got
    }
    return bytes
  }

  private static var reason: String { String(cString: strerror(errno)) }
}

/// A gallery's rows in a file of templates.
final class FileRows: TemplateRows {
  private let file: TemplateFile
  private let rowBytes: Int
  private let slotsOfExtent: Int
  private let extents = Mutex<[off_t]>([])

  init(dimension: Int, file: TemplateFile) {
    rowBytes = dimension * MemoryLayout<Float>.stride + TemplateFile.sealBytes
    slotsOfExtent = TemplateFile.extentBytes / rowBytes
    precondition(slotsOfExtent > 0, "templates of \(dimension) values in extents of \(TemplateFile.extentBytes) bytes")
    self.file = file
  }
  deinit { file.give(back: extents.withLock { $0 }) }

  func write(_ templates: [[Float]], from first: Int) throws(GalleryError) {
    // One write for the rows that lie in one extent.
    var (run, begin) = (Data(), first)
    for (index, template) in templates.enumerated() {
      run += try file.sealed(template)
      let next = first + index + 1
      guard next % slotsOfExtent == 0 || index == templates.count - 1 else { continue }
      try file.write(run, at: place(begin))
      (run, begin) = (Data(), next)
    }
  }

  func template(at slot: Int) throws(GalleryError) -> [Float] {
    try file.opened(file.read(rowBytes, at: place(slot)))
  }

  private func place(_ slot: Int) -> off_t {
    let extent = extents.withLock { extents in
      while extents.count <= slot / slotsOfExtent { extents.append(file.takeExtent()) }
      return extents[slot / slotsOfExtent]
    }
    return extent + off_t(slot % slotsOfExtent * rowBytes)
  }
}
