extension Rule {
  /// A C library is imported by exactly one module, its owner.
  private static let owner = [
    "CGRPC": "VoiceRPC", "CProtobufC": "VoiceMessages", "CVoiceProtos": "VoiceMessages", "CSndfile": "VoiceAudio",
    "CVoiceDSP": "VoiceAudio", "COpenBLAS": "VoiceTensor", "CVoiceKernels": "VoiceTensor", "CPostgres": "VoicePostgres",
    "CDescriptor": "protoc-gen-voice", "COpenMPI": "VoiceParallel",
  ]
  /// Modules that may import what another owns, with the reason.
  private static let exceptions: [String: [String]] = [
    "CProtobufC": ["protoc-gen-voice"]  // the generator reads the descriptors that protobuf-c unpacked
  ]

  /// Holds the one owner of each C library.
  static let owners = perLine("A C library is imported by its one owner", { $0.isSwift }) { _, code, file in
    guard let imported = importedModule(code), let owner = owner[imported] else { return nil }
    let allowed = [owner] + (exceptions[imported] ?? [])
    guard file.module.map({ !allowed.contains($0) }) ?? !file.path.hasPrefix("Tests/\(owner)Tests/") else { return nil }
    return "imports \(imported), which belongs to \(owner)"
  }

  /// Every import says whom it is for; nothing is public.
  static let importLevels = perLine("An import says its level", { $0.isSwift && $0.isProduct }) { _, code, _ in
    guard let imported = importedModule(code) else { return nil }
    let level = code.split(separator: " ").first { !$0.hasPrefix("@") }.map(String.init) ?? ""
    return ["internal", "package", "private", "fileprivate"].contains(level)
      ? nil : "import of \(imported) must be internal, or package where its types are in the package's API"
  }

  /// Computing needs nothing of Foundation.
  static let foundation = perLine(
    "No Foundation where it computes",
    { $0.isSwift && ["VoiceTensor", "VoiceNN", "VoiceMessages", "VoiceConcurrency"].contains($0.module) }
  ) { _, code, _ in
    importedModule(code) == "Foundation" ? "imports Foundation; FoundationEssentials, if anything" : nil
  }
}

/// The module that a line of Swift imports.
private func importedModule(_ code: String) -> String? {
  let words = code.split(separator: " ")
  guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
    words[..<place].allSatisfy(isModifier)
  else { return nil }
  let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias", "let", "var"]
  let name = kinds.contains(words[place + 1]) && place + 2 < words.count ? words[place + 2] : words[place + 1]
  return name.split(separator: ".").first.map(String.init)
}

private func isModifier(_ word: Substring) -> Bool {
  word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
}
