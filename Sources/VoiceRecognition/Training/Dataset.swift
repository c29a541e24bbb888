/// A file of a data set.
package struct DatasetFile: Sendable, Hashable {
  /// Where it stands.
  package var path: DatasetPath
  /// Its length in bytes.
  package var sizeBytes: Int
  /// The sum of its content.
  package var hash: ContentHash
  /// Whether it is a list of labelled clips.
  package var isList: Bool

  /// A file of its parts.
  package init(path: DatasetPath, sizeBytes: Int, hash: ContentHash, isList: Bool) {
    self.path = path
    self.sizeBytes = sizeBytes
    self.hash = hash
    self.isList = isList
  }
}

/// A list of labelled clips in a data set, mvector's format: a path, a tab, a label.
package struct DatasetList: Sendable, Hashable, Codable {
  /// Its path.
  package var path: String
  /// Number of its clips.
  package var clips: Int
  /// Number of different labels.
  package var labels: Int

  /// Longest list that is taken, in bytes.
  package static let maximumBytes = 256 << 20

  /// Counts a list whose clips must all be among `files`. Throws `invalidArgument` naming list and line.
  package init(path: DatasetPath, content: [UInt8], files: Set<String>) throws(RecognitionError) {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw .invalid("files.is_list", "\(path) is not UTF-8", reason: "BAD_LIST")
    }
    var (clips, labels) = (0, Set<Substring>())
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      if line.allSatisfy(\.isWhitespace) { continue }
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count == 2, !columns[1].isEmpty else {
        throw .invalid("files.is_list", "\(path):\(index + 1): must be a path, a tab and a label", reason: "BAD_LIST")
      }
      guard files.contains(String(columns[0])) else {
        throw .invalid(
          "files.is_list", "\(path):\(index + 1): '\(columns[0])' is no file of the data set", reason: "BAD_LIST")
      }
      clips += 1
      labels.insert(columns[1])
    }
    (self.path, self.clips, self.labels) = (path.value, clips, labels.count)
  }
}

/// A data set as it is stored.
package struct DatasetRecord: Sendable, Hashable {
  /// Its name.
  package var name: DatasetName
  /// Sum over all paths and contents.
  package var digest: ContentHash
  /// Number of its files.
  package var fileCount: Int
  /// Length of all of them in bytes.
  package var sizeBytes: Int
  /// Its lists, by path.
  package var lists: [DatasetList]
  /// When it was pushed.
  package var createTime: Timestamp

  /// A record of its parts.
  package init(
    name: DatasetName, digest: ContentHash, fileCount: Int, sizeBytes: Int, lists: [DatasetList],
    createTime: Timestamp
  ) {
    self.name = name
    self.digest = digest
    self.fileCount = fileCount
    self.sizeBytes = sizeBytes
    self.lists = lists
    self.createTime = createTime
  }
}

/// Checks a data set's files against each other while they are listed.
package struct DatasetListing: Sendable {
  /// Most files of a data set.
  package static let maximumFiles = 2_000_000

  /// The files in the order they were listed.
  package private(set) var files: [DatasetFile] = []
  /// Their paths.
  package private(set) var paths: Set<String> = []
  private var folders: Set<String> = []

  /// No files.
  package init() {}

  /// Adds a file. Throws `invalidArgument` for a path that is taken, as a file or as a folder.
  package mutating func add(_ file: DatasetFile) throws(RecognitionError) {
    guard files.count < Self.maximumFiles else { throw .invalid("files", "are more than \(Self.maximumFiles)") }
    guard file.sizeBytes >= 0 else { throw .invalid("files.size_bytes", "\(file.path): is less than 0") }
    guard !file.isList || file.sizeBytes <= DatasetList.maximumBytes else {
      throw .invalid("files.size_bytes", "\(file.path): a list has at most \(DatasetList.maximumBytes) bytes")
    }
    guard paths.insert(file.path.value).inserted else {
      throw .invalid("files.path", "'\(file.path)' stands there twice")
    }
    folders.formUnion(file.path.folders)
    files.append(file)
  }

  /// The sum over all files, whatever their order. Throws `invalidArgument` when a file is a folder of another.
  package func digest() throws(RecognitionError) -> ContentHash {
    if let both = folders.intersection(paths).min() {
      throw .invalid("files.path", "'\(both)' is a file and a folder at once")
    }
    var digest = ContentDigest()
    for file in files.sorted(by: { $0.path < $1.path }) {
      digest.update(Array("\(file.path)\t\(file.sizeBytes)\t\(file.hash)\t\(file.isList ? "list" : "file")\n".utf8))
    }
    return digest.value
  }
}
