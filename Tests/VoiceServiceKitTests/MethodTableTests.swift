import Testing
import VoiceMessages
@testable import VoiceRPC
import VoiceRecognition
@testable import VoiceServiceKit

/// The methods of our own services, by the descriptors that the messages were generated from.
enum DescribedMethods {
  /// A method with the names of its messages.
  struct Method {
    let path: String
    let request: String
    let response: String
  }

  static let all: [Method] = FileDescriptors.all.flatMap { descriptor -> [Method] in
    let fields = Array(WireReader(descriptor.bytes[...]))
    let package = text(2, of: fields)
    guard package.hasPrefix("voiceprint.") else { return [] }
    return fields.filter { $0.number == 6 }.flatMap { service -> [Method] in
      let parts = Array(WireReader(service.bytes))
      return parts.filter { $0.number == 2 }.map { method in
        let named = Array(WireReader(method.bytes))
        return Method(
          path: "/\(package).\(text(1, of: parts))/\(text(1, of: named))", request: text(2, of: named),
          response: text(3, of: named))
      }
    }
  }

  static func text(_ number: Int, of fields: [WireReader.Field]) -> String {
    fields.first { $0.number == number }?.text ?? ""
  }
}

@Suite("The table of methods")
struct MethodTableTests {
  @Test("Every method of every service has a row, and every row a method")
  func complete() {
    let described = Set(DescribedMethods.all.map(\.path))
    #expect(described.count > 40)
    #expect(Set(MethodTable.rows.keys) == described)
  }

  @Test("Only the gateway is everybody's, and nobody calls what no service of theirs needs")
  func callers() {
    for (path, row) in MethodTable.rows {
      #expect((row.callers == nil) == path.hasPrefix("/voiceprint.gateway."), "\(path)")
      #expect(row.callers?.contains(.feature) != true, "\(path): a feature service calls nobody")
      #expect(row.callers?.isEmpty != true, "\(path)")
    }
  }

  @Test("A certificate lets in whom the row names, and nobody else")
  func certificates() throws {
    let guarded = CertificateInterceptor(trustDomain: "example.org")
    for (path, row) in MethodTable.rows {
      for caller in CallerIdentity.allCases {
        let identity = "spiffe://example.org/\(caller.rawValue)"
        let isLetIn = (try? guarded.check(path, identity: identity)) != nil
        #expect(isLetIn == (row.callers?.contains(caller) ?? true), "\(identity) at \(path)")
      }
      let strangers: [String?] = [
        nil, "", "gateway", "spiffe://voiceprint/gateway", "spiffe://example.org/", "spiffe://example.org/gateway/x",
        "spiffe://example.org/Gateway", "https://example.org/gateway",
      ]
      for stranger in strangers where row.callers != nil {
        #expect(throws: RecognitionError.self) { try guarded.check(path, identity: stranger) }
      }
    }
  }

  @Test("Health and reflection are everybody's, an unknown method is nobody's")
  func openMethods() throws {
    let guarded = CertificateInterceptor(trustDomain: "voiceprint")
    try guarded.check(GRPCHealthV1.Health.check.path, identity: nil)
    try guarded.check("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", identity: nil)
    let error = #expect(throws: RecognitionError.self) {
      try guarded.check("/voiceprint.registry.v1.RegistryService/Invented", identity: "spiffe://voiceprint/gateway")
    }
    #expect(error?.code == .permissionDenied)
  }
}
