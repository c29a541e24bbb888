import Testing
import VoiceRecognition

@testable import VoiceServiceKit

@Suite struct EmbeddingReplicasTests {
  @Test("Every address of a target is a replica, and one that does not answer does not live")
  func addresses() async throws {
    #expect(EmbeddingReplicas.addresses(of: "ipv4:10.0.0.1:1,10.0.0.2:2") == ["ipv4:10.0.0.1:1", "ipv4:10.0.0.2:2"])
    #expect(EmbeddingReplicas.addresses(of: "dns:///embedding:50053") == ["dns:///embedding:50053"])
    // Nobody listens on port 1.
    let replicas = try EmbeddingReplicas(target: "ipv4:127.0.0.1:1", timeout: .milliseconds(300))
    let readiness = try await replicas.readiness(of: EpochName("Some-1"))
    #expect(readiness == ReplicaReadiness(live: 0, ready: 0) && !readiness.reaches(0.1))
  }
}
