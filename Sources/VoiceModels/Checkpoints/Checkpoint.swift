package import FoundationEssentials
package import VoiceTensor

/// The parameters of a trained network, from a file of any kind that mvector or this system writes.
package struct Checkpoint: Sendable {
  /// Parameters by name.
  package typealias Parameters = [String: StoredTensor]

  /// Parameters of the backbone under mvector's keys.
  package var parameters: Parameters
  /// Parameters of the classifier that the checkpoint held too; recognition needs none of them.
  package var classifier: Parameters

  /// Longest file that is read, in bytes.
  package static let maximumBytes = 2 << 30

  /// Names of the file in a training's checkpoint folder, as `best_model`: this system's and mvector's.
  private static let fileNames = ["model.safetensors", "model.pth"]

  /// Reads a checkpoint, a file or the folder of a training; its content decides whether it is safetensors or PyTorch's
  /// ZIP. Throws `CheckpointError`.
  package static func load(_ place: URL) throws(CheckpointError) -> Checkpoint {
    let url = try file(place)
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(url.path, maximum: maximumBytes) } catch {
      throw CheckpointError(.inaccessible, error.message)
    }
    do { return try Checkpoint(bytes: bytes) } catch {
      throw CheckpointError(error.code, "\(url.path): \(error.message)")
    }
  }

  private static func file(_ place: URL) throws(CheckpointError) -> URL {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), isFolder else { return place }
    let files = fileNames.map { place.appending(path: $0) }
    guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
      throw CheckpointError(
        .inaccessible, "\(place.path) is no checkpoint folder: it holds no \(fileNames.joined(separator: " and no "))")
    }
    return file
  }

  /// Reads a checkpoint from memory. Throws `CheckpointError`.
  package init(bytes: [UInt8]) throws(CheckpointError) {
    if bytes.starts(with: [0x50, 0x4B]) {
      self.init(tensors: try TorchCheckpoint.tensors(bytes))
      return
    }
    if bytes.starts(with: [0x80]) && bytes.dropFirst(2).first == 0x8A {
      throw CheckpointError(
        .refused, "the file has PyTorch's form from before 1.6; load and save it once with a PyTorch of today")
    }
    do { self.init(tensors: try Safetensors(bytes: bytes).tensors) } catch {
      throw CheckpointError(
        error.code == .unsupported ? .refused : .malformed,
        "neither a PyTorch checkpoint nor safetensors (\(error.message))")
    }
  }

  /// Parts the tensors of mvector's `Sequential(backbone, classifier)`, keys `0.…` and `1.…`, when they are that; a
  /// loss' own values, `loss.…`, are left out.
  package init(tensors: [String: StoredTensor]) {
    let sequential = tensors.keys.allSatisfy { key in ["0.", "1.", "loss."].contains { key.hasPrefix($0) } }
    guard sequential, tensors.keys.contains(where: { $0.hasPrefix("0.") }) else {
      parameters = tensors
      classifier = [:]
      return
    }
    func part(_ prefix: String) -> [String: StoredTensor] {
      let named = tensors.filter { $0.key.hasPrefix(prefix) }
      return Dictionary(uniqueKeysWithValues: named.map { (String($0.key.dropFirst(2)), $0.value) })
    }
    parameters = part("0.")
    classifier = part("1.")
  }
}
