internal import VoiceTensor

/// A PyTorch checkpoint (`torch.save` of a `state_dict`): a stored ZIP with `<stem>/data.pkl` and `<stem>/data/<key>`.
enum TorchCheckpoint {
  /// Most values that are read; views may repeat a storage, so the file's length is no bound.
  static let maximumValues = 1 << 28

  static func tensors(_ bytes: [UInt8]) throws(CheckpointError) -> [String: StoredTensor] {
    let archive = try ZipArchive(bytes)
    let stem = try stem(of: archive)
    if let order = try archive.content(stem + "byteorder"), Array(order) != Array("little".utf8) {
      throw CheckpointError(.refused, "the checkpoint's numbers are not little-endian")
    }
    guard let pickle = try archive.content(stem + "data.pkl") else {
      throw CheckpointError(.malformed, "'\(stem)data.pkl' is missing")
    }
    let (value, heap) = try PickleMachine.run(pickle)
    var storages = TorchStorages(archive: archive, stem: stem)
    var tensors: [String: StoredTensor] = [:]
    var total = 0
    for (name, tensor) in try heap.stateDict(value) {
      let view = try TorchView(tensor, name: name)
      total += view.count
      guard total <= maximumValues else {
        throw CheckpointError(.tooLarge, "the checkpoint has more than \(maximumValues) values")
      }
      let stored = StoredTensor(shape: tensor.shape, values: view.gather(try storages.values(tensor.storage)))
      guard tensors.updateValue(stored, forKey: name) == nil else {
        throw CheckpointError(.malformed, "'\(name)' comes twice")
      }
    }
    return tensors
  }

  /// The folder of the archive that holds the pickle: `archive/` of old, the file's stem today.
  private static func stem(of archive: ZipArchive) throws(CheckpointError) -> String {
    let pickles = archive.entries.keys.filter { $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw CheckpointError(.malformed, "the archive holds \(pickles.count) data.pkl, a PyTorch checkpoint has one")
    }
    return String(pickle.dropLast("data.pkl".count))
  }
}

/// The numbers of the archive's storages, each read once however many tensors look into it.
private struct TorchStorages {
  let archive: ZipArchive
  let stem: String
  private var known: [String: (storage: PickleStorage, values: [Float])] = [:]

  init(archive: ZipArchive, stem: String) {
    self.archive = archive
    self.stem = stem
  }

  mutating func values(_ storage: PickleStorage) throws(CheckpointError) -> [Float] {
    if let known = known[storage.key], known.storage == storage { return known.values }
    let name = "\(stem)data/\(storage.key)"
    guard let element = StoredElement(storage.type) else {
      throw CheckpointError(.refused, "'\(name)' is of type \(storage.type.rawValue), which is not read")
    }
    guard let content = try archive.content(name) else { throw CheckpointError(.malformed, "'\(name)' is missing") }
    guard content.count % element.size == 0, content.count / element.size == storage.count else {
      throw CheckpointError(
        .malformed, "'\(name)' has \(content.count) bytes for \(storage.count) values of \(element.size) bytes")
    }
    let values = element.floats(in: archive.file.bytes, at: content.startIndex, count: storage.count)
    known[storage.key] = (storage, values)
    return values
  }
}

/// A checked view of a storage.
private struct TorchView {
  let tensor: PickleTensor
  let count: Int
  private let isContiguous: Bool

  init(_ tensor: PickleTensor, name: String) throws(CheckpointError) {
    var count = 1  // of the axes that are not empty: it bounds every product of lengths
    var last = tensor.offset
    var contiguous = true
    var fits = tensor.offset >= 0
    for (length, stride) in zip(tensor.shape, tensor.strides).reversed() where fits {
      contiguous = contiguous && (stride == count || length == 1)
      let span = max(0, length &- 1).multipliedReportingOverflow(by: stride)
      let end = last.addingReportingOverflow(span.partialValue)
      let product = count.multipliedReportingOverflow(by: max(1, length))
      fits = length >= 0 && stride >= 0 && !span.overflow && !end.overflow && !product.overflow
      (last, count) = (end.partialValue, product.partialValue)
    }
    guard fits, count <= TorchCheckpoint.maximumValues else {
      throw CheckpointError(.tooLarge, "'\(name)' of shape \(tensor.shape) is no tensor of a network")
    }
    let isEmpty = tensor.shape.contains(0)
    guard isEmpty || last < tensor.storage.count else {
      throw CheckpointError(.malformed, "'\(name)' of shape \(tensor.shape) looks beyond its storage")
    }
    (self.tensor, self.count, isContiguous) = (tensor, isEmpty ? 0 : count, contiguous)
  }

  /// The values, row by row.
  func gather(_ storage: [Float]) -> [Float] {
    if count == 0 { return [] }
    if isContiguous { return Array(storage[tensor.offset..<tensor.offset + count]) }
    var values: [Float] = []
    values.reserveCapacity(count)
    var index = [Int](repeating: 0, count: tensor.shape.count)
    for _ in 0..<count {
      values.append(storage[tensor.offset + zip(index, tensor.strides).reduce(0) { $0 + $1.0 * $1.1 }])
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < tensor.shape[axis] { break }
        index[axis] = 0
      }
    }
    return values
  }
}

extension StoredElement {
  fileprivate init?(_ type: PickleGlobal) {
    switch type {
    case .floatStorage: self = .float32
    case .halfStorage: self = .float16
    case .bfloat16Storage: self = .bfloat16
    case .doubleStorage: self = .float64
    case .longStorage: self = .int64
    case .intStorage: self = .int32
    case .orderedDict, .rebuildTensor: return nil
    }
  }
}
