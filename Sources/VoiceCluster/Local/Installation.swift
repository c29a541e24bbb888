internal import FoundationEssentials

/// Where the programs and configurations of this build are.
package struct Installation: Sendable, Hashable {
  /// The folder of the executables.
  package let programs: String
  /// The folder of the services' configurations.
  package let configurations: String

  /// An installation by its folders.
  package init(programs: String, configurations: String) {
    self.programs = programs
    self.configurations = configurations
  }

  /// The installation that the running program is part of: the services lie beside it, and the configurations in
  /// `configs/services` or `share/voiceprint/configs/services` of a folder above. Throws `missing` without those.
  package static func current() throws(ClusterError) -> Installation {
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
      throw ClusterError(.system, "/proc/self/exe cannot be read: is /proc mounted?")
    }
    var parts = program.split(separator: "/")
    parts.removeLast()
    let programs = "/" + parts.joined(separator: "/")
    while true {
      let folder = "/" + parts.joined(separator: "/")
      for place in ["configs/services", "share/voiceprint/configs/services"] {
        let path = "\(folder)/\(place)"
        guard FileManager.default.fileExists(atPath: path) else { continue }
        return Installation(programs: programs, configurations: path)
      }
      guard !parts.isEmpty else {
        throw ClusterError(.missing, "there is no configs/services in a folder above \(programs)")
      }
      parts.removeLast()
    }
  }

  /// The command of a service with its configuration file and `settings` over it.
  func command(_ service: ServiceKind, settings: [String], log: String) throws(ClusterError) -> Command {
    let program = "\(programs)/\(service.executable)"
    guard Programs.isExecutable(program) else {
      throw ClusterError(.missing, "there is no \(program): build it with `swift build -c release`")
    }
    let arguments = ["--config", "\(configurations)/\(service.rawValue).yaml"] + settings.flatMap { ["--set", $0] }
    return Command(program, arguments, log: log)
  }
}
