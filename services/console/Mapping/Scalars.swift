internal import FoundationEssentials
internal import VoiceMessages

extension GoogleProtobuf.Timestamp {
  /// As RFC 3339 has it.
  var text: String {
    Date(timeIntervalSince1970: Double(seconds) + Double(nanos) / 1e9)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}

extension GoogleProtobuf.Duration {
  /// In s.
  var inSeconds: Double { Double(seconds) + Double(nanos) / 1e9 }
}

extension BinaryFloatingPoint {
  /// nil for what JSON has no number for, as the level of silence.
  var finite: Self? { isFinite ? self : nil }
}

extension String {
  /// nil where the wire has an empty text for none.
  var orNil: String? { isEmpty ? nil : self }
}
