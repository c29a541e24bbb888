internal import Foundation
internal import VoiceRecognition

/// The files of a data set in a folder here: lists, the clips that stand in them, and whole folders.
struct DatasetPack: Sendable {
  /// The folder that all paths start from.
  let root: String
  /// By path, each once.
  let files: [DatasetFile]

  /// Finds the files and sums them up. Throws an error that names the file or the line.
  init(root: String, lists: [String], folders: [String]) throws {
    self.root = root
    var paths: [String: Bool] = [:]
    for list in lists { paths[list] = true }
    for list in lists { for clip in try Self.clips(of: list, root: root) { paths[clip] = paths[clip] ?? false } }
    for folder in folders {
      guard let names = FileManager.default.enumerator(atPath: "\(root)/\(folder)") else {
        throw CommandError("\(root)/\(folder) is no folder")
      }
      for case let name as String in names {
        var isFolder = ObjCBool(false)
        let path = "\(folder)/\(name)"
        guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder) else { continue }
        if !isFolder.boolValue { paths[path] = paths[path] ?? false }
      }
    }
    files = try paths.sorted { $0.key < $1.key }.map { path, isList in
      try Self.file(path, isList: isList, root: root)
    }
  }

  /// Length of all files in bytes.
  var sizeBytes: Int { files.reduce(0) { $0 + $1.sizeBytes } }

  /// Reads a file piece by piece.
  func read(_ file: DatasetFile, _ deliver: ([UInt8]) async throws -> Void) async throws {
    let handle = try Self.open("\(root)/\(file.path)")
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { try await deliver(Array(piece)) }
  }

  private static func clips(of list: String, root: String) throws -> [String] {
    guard let data = FileManager.default.contents(atPath: "\(root)/\(list)") else {
      throw CommandError("\(root)/\(list) cannot be read")
    }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      line.split(separator: "\t").first.map(String.init)
    }
  }

  private static func file(_ path: String, isList: Bool, root: String) throws -> DatasetFile {
    let handle = try open("\(root)/\(path)")
    var digest = ContentDigest()
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { digest.update(Array(piece)) }
    return DatasetFile(path: try DatasetPath(path), sizeBytes: digest.count, hash: digest.value, isList: isList)
  }

  private static func open(_ path: String) throws -> FileHandle {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw CommandError("\(path) cannot be read") }
    return handle
  }
}
