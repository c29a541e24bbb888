internal import FoundationEssentials

/// Checks of PEM texts (RFC 7468): the core itself reports a bad one only when a connection fails.
enum PEM {
  /// Throws `INVALID_ARGUMENT` unless the text holds at least one certificate and each is whole.
  static func checkCertificates(_ text: String, named name: String) throws(RPCError) {
    try check(text, named: name, label: "a certificate") { $0 == "CERTIFICATE" }
  }

  /// Throws `INVALID_ARGUMENT` unless the text holds a whole, unencrypted private key.
  static func checkPrivateKey(_ text: String, named name: String) throws(RPCError) {
    try check(text, named: name, label: "an unencrypted private key") {
      $0.hasSuffix("PRIVATE KEY") && !$0.hasPrefix("ENCRYPTED")
    }
  }

  private static func check(
    _ text: String, named name: String, label expected: String, matches: (Substring) -> Bool
  ) throws(RPCError) {
    var found = false
    var label: Substring?
    var body = ""
    for line in text.split(whereSeparator: \.isNewline) {
      if let begun = armour(line, "-----BEGIN ") {
        (label, body) = (begun, "")
      } else if let ended = armour(line, "-----END ") {
        guard ended == label else { throw refusal(name, "a block ends as \(ended) that did not begin so") }
        if matches(ended) {
          guard isWhole(body) else { throw refusal(name, "a block of \(ended) is damaged") }
          found = true
        }
        label = nil
      } else if label != nil {
        body += line.filter { !$0.isWhitespace }
      }
    }
    if let label { throw refusal(name, "the block of \(label) does not end") }
    if !found { throw refusal(name, "there is not \(expected) in it") }
  }

  private static func armour(_ line: Substring, _ prefix: String) -> Substring? {
    guard line.hasPrefix(prefix) else { return nil }
    return line.dropFirst(prefix.count).prefix { $0 != "-" }
  }

  /// Whether the base64 text is one DER SEQUENCE whose length is that of the bytes.
  private static func isWhole(_ base64: String) -> Bool {
    guard let data = Data(base64Encoded: base64), data.count > 2, data[0] == 0x30 else { return false }
    if data[1] < 0x80 { return data.count == 2 + Int(data[1]) }
    let lengthBytes = Int(data[1] & 0x7f)
    guard (1...4).contains(lengthBytes), data.count > 2 + lengthBytes else { return false }
    let length = data[2..<(2 + lengthBytes)].reduce(0) { $0 << 8 | Int($1) }
    return data.count == 2 + lengthBytes + length
  }

  private static func refusal(_ name: String, _ reason: String) -> RPCError {
    RPCError(.invalidArgument, "\(name) is not usable as PEM: \(reason)")
  }
}
