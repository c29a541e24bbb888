internal import VoiceEvaluation

/// Embeds clips below a folder, each once however often it is named.
struct ClipEmbedder {
  private let network: LoadedNetwork
  private let root: String
  private let threads: Int?
  private var known: [String: [Float]] = [:]

  /// Computes on so many threads; nil for as many as there are cores.
  init(network: LoadedNetwork, root: String, threads: Int? = nil) {
    self.network = network
    self.root = root
    self.threads = threads
  }

  /// Embeds those of the clips that are not known yet. Errors tell where the clip is listed.
  mutating func embed(_ clips: [ListedClip]) async throws {
    var seen = Set(known.keys)
    let new = clips.filter { seen.insert($0.path).inserted }
    let (network, root) = (network, root)
    let rows = try await inParallel(count: new.count, title: "embedding", threads: threads) { index in
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
