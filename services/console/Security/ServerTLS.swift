internal import FoundationEssentials
internal import Glibc
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import ServiceLifecycle
internal import Synchronization
internal import VoiceServiceKit

/// Where the console's own certificate is.
struct CertificateFiles: Sendable, Hashable {
  /// The certificate with its intermediates, PEM.
  let certificate: String
  /// Its key, PEM; the same file where it is in that.
  let privateKey: String
  /// How often the files are looked at.
  let reload: Duration
}

/// The console's certificate, which is read again while it runs: connections that are made from then on get the new
/// one, and those that there are stay.
final class ServerTLS: Sendable, Service {
  private struct Pair: Sendable {
    let certificate: Data
    let privateKey: Data
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    init(_ files: CertificateFiles) throws {
      certificate = try Data(contentsOf: URL(filePath: files.certificate))
      privateKey = try Data(contentsOf: URL(filePath: files.privateKey))
      chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate))
      key = try NIOSSLPrivateKey(bytes: Array(privateKey), format: .pem)
      // The TLS library says whether they belong together.
      _ = try NIOSSLContext(configuration: configuration)
    }

    var configuration: TLSConfiguration {
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv12
      return configuration
    }
  }

  private let files: CertificateFiles
  private let log: Logger
  private let pair: Mutex<Pair>

  /// Reads the files. Says what is wrong with them, and throws `ServiceExit.configuration`.
  init(_ files: CertificateFiles, log: Logger) throws {
    (self.files, self.log) = (files, log)
    do { pair = Mutex(try Pair(files)) } catch {
      let text = Array(
        "tls.certificate: \(files.certificate) with \(files.privateKey) is of no use: \(error)\n".utf8)
      _ = write(STDERR_FILENO, text, text.count)
      throw ServiceExit.configuration
    }
  }

  /// How connections are to be made: each with the certificate of its time.
  var configuration: TLSConfiguration {
    var configuration = pair.withLock { $0.configuration }
    configuration.sslContextCallback = { _, promise in
      let pair = self.pair.withLock { $0 }
      var certificates = NIOSSLContextConfigurationOverride()
      certificates.certificateChain = pair.chain.map { .certificate($0) }
      certificates.privateKey = .privateKey(pair.key)
      promise.succeed(certificates)
    }
    return configuration
  }

  /// Looks for newer files until the console is to end.
  func run() async {
    await cancelWhenGracefulShutdown {
      var complaint = ""
      while (try? await Task.sleep(for: self.files.reload)) != nil {
        do {
          if try self.reload() { self.log.notice("shows a new certificate") }
          complaint = ""
        } catch where "\(error)" != complaint {
          complaint = "\(error)"
          self.log.error("the new certificate is of no use, the old one stays", metadata: ["error": "\(error)"])
        } catch {}
      }
    }
  }

  /// Whether there was a new one.
  private func reload() throws -> Bool {
    let (old, new) = (pair.withLock { $0 }, try Pair(files))
    guard new.certificate != old.certificate || new.privateKey != old.privateKey else { return false }
    pair.withLock { $0 = new }
    return true
  }
}
