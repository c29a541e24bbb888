internal import FoundationEssentials
package import VoiceNN
package import VoiceTensor

extension CheckpointFolder {
  /// All that a training needs to go on.
  package struct Content: Sendable {
    /// Weights and running statistics by key.
    package var parameters: [String: StoredTensor]
    /// What the optimiser keeps, by key.
    package var optimizer: [String: Optimizer.State]
    /// Where the training is.
    package var state: TrainingState

    /// The files that hold it.
    package static let fileNames = ["model.safetensors", "optimizer.safetensors", "model.state"]
  }
}

extension CheckpointFolder.Content {
  /// The bytes of the files by name.
  func files() throws -> [String: [UInt8]] {
    [
      "model.safetensors": Safetensors(tensors: parameters).bytes(),
      "optimizer.safetensors": Self.bytes(of: optimizer),
      "model.state": try state.json(),
    ]
  }

  /// Reads the bytes of the files by name. Throws `badCheckpoint` naming `origin` and the file.
  init(files: [String: [UInt8]], origin: String) throws(TrainingError) {
    var name = ""
    func bytes(_ file: String) -> [UInt8] {
      name = file
      return files[file] ?? []
    }
    do {
      let parameters = try Safetensors(bytes: bytes("model.safetensors")).tensors
      let optimizer = try Self.states(Safetensors(bytes: bytes("optimizer.safetensors")))
      let state = try JSONDecoder().decode(TrainingState.self, from: Data(bytes("model.state")))
      self.init(parameters: parameters, optimizer: optimizer, state: state)
    } catch {
      throw TrainingError(.badCheckpoint, "\(origin) is no checkpoint to go on from: \(name): \(error)")
    }
  }

  /// `<key>.first` and `<key>.second`, the steps as a number.
  private static func bytes(of states: [String: Optimizer.State]) -> [UInt8] {
    var tensors: [String: StoredTensor] = [:]
    for (key, state) in states {
      tensors["\(key).first"] = StoredTensor(shape: [state.first.count], values: state.first)
      tensors["\(key).second"] = StoredTensor(shape: [state.second.count], values: state.second)
    }
    let steps = states.mapValues { String($0.steps) }
    return Safetensors(tensors: tensors, metadata: steps).bytes()
  }

  private static func states(_ file: Safetensors) throws(TrainingError) -> [String: Optimizer.State] {
    var states: [String: Optimizer.State] = [:]
    for (key, text) in file.metadata {
      guard let steps = Int(text), let first = file.tensors["\(key).first"], let second = file.tensors["\(key).second"]
      else { throw TrainingError(.badCheckpoint, "the optimiser's state of \(key) is not whole") }
      states[key] = Optimizer.State(steps: steps, first: first.values, second: second.values)
    }
    return states
  }
}
