import Foundation
import TestSupport

/// Certificates made by `openssl` for one test: an authority, a server named "localhost" and a client named "verifier".
struct Certificates {
  let authority: String
  let server: (chain: String, key: String)
  let client: (chain: String, key: String)

  /// Whether `openssl` is there.
  static let canBeMade = (try? run(["version"])) != nil

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "voiceprint-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appending(path: name).path }
    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
    func request(_ name: String, _ subject: String) -> [String] {
      ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(subject)"]
        + ["-keyout", path("\(name).key")]
    }
    try Self.run(request("ca", "Test CA") + ["-x509", "-out", path("ca.pem"), "-days", "2"])
    for (name, subject) in [("server", "localhost"), ("client", "verifier")] {
      try Self.run(request(name, subject) + ["-new", "-out", path("\(name).csr")])
      try Data("subjectAltName=DNS:\(subject)".utf8).write(to: folder.appending(path: "\(name).ext"))
      try Self.run([
        "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial",
        "-out", path("\(name).pem"), "-days", "2", "-extfile", path("\(name).ext"),
      ])
    }
    authority = try text("ca.pem")
    server = (try text("server.pem"), try text("server.key"))
    client = (try text("client.pem"), try text("client.key"))
  }

  private static func run(_ arguments: [String]) throws { try run("openssl", arguments) }

  fileprivate static func run(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
  }
}

/// What deploy/make-certs.sh makes, in a folder of one test.
struct MadeCertificates {
  private let folder: TemporaryFolder

  /// Certificates of the services of these names.
  init(_ names: String...) throws {
    folder = try TemporaryFolder()
    try Certificates.run("\(PackagePaths.root)/deploy/make-certs.sh", [folder.path] + names)
  }

  func file(_ name: String) -> String { folder.file("\(name).pem") }
}
