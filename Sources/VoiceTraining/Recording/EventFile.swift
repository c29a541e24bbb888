internal import FoundationEssentials
internal import Glibc
package import VoiceEvaluation
internal import VoiceTensor

/// A file of events that TensorBoard reads: TFRecords of `tensorflow.Event` messages.
///
/// A record is its length, the masked CRC-32C of the length, the message, and the masked CRC-32C of the message
/// (TensorFlow, `core/lib/io/record_writer.h`). For one thread.
package final class EventFile {
  private let file: Int32
  /// Where it lies.
  package let path: String

  /// Begins a new file in `folder`, which is made if it is missing. Throws `unwritable`.
  package init(folder: String) throws(TrainingError) {
    let seconds = Int(Self.now)
    path = "\(folder)/events.out.tfevents.\(seconds).\(getpid())-\(UInt32.random(in: .min ... .max))"
    try AtomicFile.makeFolder(of: path)
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw TrainingError(.unwritable, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    var event = ProtobufMessage()
    event.add(1, Self.now)
    event.add(3, "brain.Event:2")
    try write(event)
  }

  deinit { close(file) }

  /// Adds numbers, by tag, at a step.
  package func add(scalars: [(tag: String, value: Double)], step: Int) throws(TrainingError) {
    try add(step: step, values: scalars.map { tag, value in
      var message = ProtobufMessage()
      message.add(1, tag)
      message.add(2, Float(value))
      return message
    })
  }

  /// Adds a picture, a PNG.
  package func add(image tag: String, _ image: PNGImage, step: Int) throws(TrainingError) {
    var content = ProtobufMessage()
    content.add(1, UInt64(image.height))
    content.add(2, UInt64(image.width))
    content.add(3, UInt64(3))  // RGB
    content.add(4, image.bytes())
    var message = ProtobufMessage()
    message.add(1, tag)
    message.add(4, content.bytes)
    try add(step: step, values: [message])
  }

  private func add(step: Int, values: [ProtobufMessage]) throws(TrainingError) {
    var summary = ProtobufMessage()
    for value in values { summary.add(1, value.bytes) }
    var event = ProtobufMessage()
    event.add(1, Self.now)
    event.add(2, UInt64(step))
    event.add(5, summary.bytes)
    try write(event)
  }

  /// One call for a whole record: a reader never sees half of one for long.
  private func write(_ event: ProtobufMessage) throws(TrainingError) {
    let length = Self.littleEndian(UInt64(event.bytes.count))
    let record = length + Self.masked(length) + event.bytes + Self.masked(event.bytes)
    guard Glibc.write(file, record, record.count) == record.count else {
      throw TrainingError(.unwritable, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  private static var now: Double { Date().timeIntervalSince1970 }

  /// The checksum as TensorFlow stores it: rotated by 15 bits, a constant added.
  private static func masked(_ bytes: [UInt8]) -> [UInt8] {
    let sum = CRC32.castagnoli.checksum(bytes[...])
    return littleEndian((sum >> 15 | sum << 17) &+ 0xA282_EAD8)
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

/// The few field types of protobuf that events need; the services' messages are VoiceMessages'.
private struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ field: Int, _ value: Double) { fixed(field, 1, value.bitPattern) }
  mutating func add(_ field: Int, _ value: Float) { fixed(field, 5, value.bitPattern) }
  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  mutating func add(_ field: Int, _ value: UInt64) {
    varint(UInt64(field << 3))
    varint(value)
  }

  mutating func add(_ field: Int, _ content: [UInt8]) {
    varint(UInt64(field << 3 | 2))
    varint(UInt64(content.count))
    bytes += content
  }

  private mutating func fixed(_ field: Int, _ type: Int, _ value: some FixedWidthInteger) {
    varint(UInt64(field << 3 | type))
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F | 0x80))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
