internal import VoiceEvaluation

/// Embeds clips below a folder, each once however often it is named.
struct ClipEmbedder {
  private let network: LoadedNetwork
  private let root: String
  private var known: [String: [Float]] = [:]

  init(network: LoadedNetwork, root: String) {
    self.network = network
    self.root = root
  }

  /// Embeds those of the clips that are not known yet, on every core. Errors tell where the clip is listed.
  mutating func embed(_ clips: [ListedClip]) async throws {
    var seen = Set(known.keys)
    let new = clips.filter { seen.insert($0.path).inserted }
    let (network, root) = (network, root)
    let rows = try await inParallel(count: new.count, title: "embedding") { index in
      let clip = new[index]
      let path = clip.path.hasPrefix("/") ? clip.path : "\(root)/\(clip.path)"
      do { return try network.embed(audio: path, headSeconds: network.evaluationSeconds) } catch {
        throw CommandError(error, context: clip.origin)
      }
    }
    for (clip, row) in zip(new, rows) { known[clip.path] = row }
  }

  /// The embeddings of clips that were embedded before, in their order.
  func rows(_ clips: [ListedClip]) -> [[Float]] { clips.map { known[$0.path] ?? [] } }
}
