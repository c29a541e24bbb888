internal import Glibc

// A protoc plugin that turns .proto files into Swift values over protobuf-c, and a filter that prepares them for
// protobuf-c's own plugin. See Protos/generate.sh.
@main
struct Main {
  static func main() {
    do {
      if CommandLine.arguments.dropFirst().first == "--clear-proto3-optional" {
        try writeOutput(DescriptorFilter.clearingProto3Optional(in: readInput()))
      } else {
        try writeOutput(Plugin.run(readInput()))
      }
    } catch {
      let message = Array("protoc-gen-voice: \(error)\n".utf8)
      _ = write(STDERR_FILENO, message, message.count)
      exit(1)
    }
  }

  private static func readInput() throws -> [UInt8] {
    var input: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0 { throw GeneratorError("standard input cannot be read: errno \(errno)") }
      if count == 0 { return input }
      input += chunk[..<count]
    }
  }

  private static func writeOutput(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 { throw GeneratorError("standard output cannot be written: errno \(errno)") }
      done += count
    }
  }
}
