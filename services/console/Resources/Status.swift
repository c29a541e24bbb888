internal import Hummingbird
internal import VoiceMessages
internal import VoiceServiceKit

/// How the services are.
struct Status: Sendable {
  let upstreams: ConsoleUpstreams

  func add(to routes: Routes) {
    routes.on(.get, "status") { _ in
      async let services = services()
      async let replicas = replicas()
      async let epoch = defaultEpoch()
      return await Response(
        json: StatusAnswer(
          services: services, replicas: replicas, defaultEpoch: epoch, version: ConsoleVersion.text))
    }
  }

  private func services() async -> [StatusAnswer.Service] {
    await withTaskGroup(of: (Int, StatusAnswer.Service).self) { group in
      for (place, member) in upstreams.members.enumerated() {
        group.addTask { (place, await Self.health(of: member)) }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func replicas() async -> [StatusAnswer.Replica] {
    await withTaskGroup(of: (Int, StatusAnswer.Replica).self) { group in
      for (place, member) in upstreams.replicas.enumerated() {
        group.addTask { (place, await Self.epochs(of: member)) }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  /// nil when the registry does not say, which the list of services tells.
  private func defaultEpoch() async -> String? {
    let registry = upstreams.members.first { $0.name == "registry" }?.upstream
    return try? await registry?.call(RegistryV1.EpochService.getEpoch, .init()).epoch?.epoch
  }

  private static func health(of member: ConsoleUpstreams.Member) async -> StatusAnswer.Service {
    let begin = ContinuousClock.now
    let answer = try? await member.upstream.call(GRPCHealthV1.Health.check, .init())
    let milliseconds = begin.duration(to: .now) / .milliseconds(1)
    return .init(
      name: member.name, address: member.address, healthy: answer?.status == .serving,
      latencyMs: answer == nil ? nil : (milliseconds * 100).rounded() / 100)
  }

  /// One that does not answer has no epochs, and is not healthy in the list of services.
  private static func epochs(of member: ConsoleUpstreams.Member) async -> StatusAnswer.Replica {
    let answer = try? await member.upstream.call(EmbeddingV1.EmbeddingService.listEpochs, .init())
    let epochs = answer?.epochs.map { epoch in
      StatusAnswer.Replica.Epoch(
        epoch: epoch.epoch, state: WireNames.epochState.name(of: epoch.state), error: epoch.reason.orNil)
    }
    return .init(address: member.address, epochs: epochs ?? [])
  }
}

/// What this program is called in the status.
enum ConsoleVersion {
  static let text = "1"
}

struct StatusAnswer: Encodable, Sendable {
  struct Service: Encodable, Sendable {
    let name: String
    let address: String
    let healthy: Bool
    let latencyMs: Double?
  }

  struct Replica: Encodable, Sendable {
    struct Epoch: Encodable, Sendable {
      let epoch: String
      let state: String
      let error: String?
    }
    let address: String
    let epochs: [Epoch]
  }

  let services: [Service]
  let replicas: [Replica]
  let defaultEpoch: String?
  let version: String
}
