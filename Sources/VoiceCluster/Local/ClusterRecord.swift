internal import FoundationEssentials

/// What runs in a state folder, kept in its `cluster.json` so that other commands can ask and end it.
package struct ClusterRecord: Sendable, Hashable, Codable {
  /// What libpq needs to connect to the cluster's database.
  package var database: String
  /// What the services show each other; nil for plain text.
  package var certificates: ClusterCertificates?
  /// The processes by kind, those that start first in front.
  package var processes: [ProcessRecord] = []

  /// The processes of one kind.
  package func processes(of service: ServiceKind) -> [ProcessRecord] { processes.filter { $0.service == service } }

  /// One gRPC target for all replicas of a service. Throws `wrongState` when there is none.
  package func target(of service: ServiceKind) throws(ClusterError) -> String {
    let ports = processes(of: service).compactMap(\.port)
    guard !ports.isEmpty else {
      throw ClusterError(.wrongState, "the cluster has no \(service.rawValue): run `voiceprint down`, `voiceprint up`")
    }
    return "ipv4:" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
  }

  /// The record of a folder, or nil when nothing was started there. Throws `badFolder` for a record that is damaged.
  package static func read(from state: StateFolder) throws(ClusterError) -> ClusterRecord? {
    guard let data = FileManager.default.contents(atPath: state.recordFile) else { return nil }
    do { return try JSONDecoder().decode(ClusterRecord.self, from: data) } catch {
      throw ClusterError(.badFolder, "\(state.recordFile) is no record of a cluster (\(error)); remove it by hand")
    }
  }

  /// Keeps the record in the folder, all of it or none.
  func write(to state: StateFolder) throws(ClusterError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try encoder.encode(self).write(to: URL(filePath: state.recordFile), options: .atomic)
    } catch { throw ClusterError(.system, "cannot write \(state.recordFile): \(error)") }
  }

  /// Forgets everything.
  static func remove(from state: StateFolder) throws(ClusterError) {
    do { try FileManager.default.removeItem(atPath: state.recordFile) } catch {
      throw ClusterError(.system, "cannot remove \(state.recordFile): \(error)")
    }
  }
}
