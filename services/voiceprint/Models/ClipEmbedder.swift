/// Embeds clips below a folder, each once however often it is named.
struct ClipEmbedder {
  private let network: LoadedNetwork
  private let root: String
  private var known: [String: [Float]] = [:]

  init(network: LoadedNetwork, root: String) {
    self.network = network
    self.root = root
  }

  /// Embeds those of the clips that are not known yet, on every core.
  mutating func embed(_ clips: [String]) async throws {
    let new = Set(clips).subtracting(known.keys).sorted()
    let (network, root) = (network, root)
    let rows = try await inParallel(count: new.count, title: "embedding") { index in
      let path = new[index].hasPrefix("/") ? new[index] : "\(root)/\(new[index])"
      return try network.embed(audio: path, headSeconds: network.evaluationSeconds)
    }
    for (clip, row) in zip(new, rows) { known[clip] = row }
  }

  /// The embeddings of clips that were embedded before, in their order.
  func rows(_ clips: [String]) -> [[Float]] { clips.map { known[$0] ?? [] } }
}
