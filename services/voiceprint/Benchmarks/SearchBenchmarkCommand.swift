internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceConcurrency
internal import VoiceSearch

/// `voiceprint benchmark search`: who is nearest, exactly.
struct SearchBenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Measures exact searches of a large gallery on one thread.",
    discussion: """
      Templates are random vectors, or those of a file: float32 values, one template after the other. A batch is a \
      scan of several queries; the median of the rounds after one that warms up. Memory is what the process holds for \
      a template, its person included.
      """)

  @Option(help: "Templates of the gallery.")
  var templates = 1_000_000
  @Option(help: "Values of a template.")
  var dimension = 192
  @Option(help: "How many of the nearest are found.")
  var top = 10
  @Option(help: ArgumentHelp("Queries of a scan. May be repeated.", valueName: "n"))
  var batch: [Int] = [1, 32]
  @Option(help: "Rounds that are measured.")
  var rounds = 9
  @Option(help: ArgumentHelp("Take the templates from a file.", valueName: "file.f32"))
  var file: String?
  @Option(help: ArgumentHelp("Take the queries from a file, and print who is nearest.", valueName: "file.f32"))
  var queries: String?
  @Option(help: "The folder of the file for full precision; \"memory\" keeps that in memory.")
  var folder = "/var/tmp"
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard templates > 0, (1...4096).contains(dimension), top > 0, rounds > 0, batch.allSatisfy({ 1...1024 ~= $0 })
    else {
      throw ValidationError(
        "Templates, top and rounds are at least 1, the dimension is 1 to 4096 and a batch 1 to 1024.")
    }
  }

  private struct Answer: Encodable, Sendable {
    struct Run: Encodable, Sendable {
      var batch: Int
      var ms: Double
      var queriesPerSecond: Double
    }
    var templates: Int
    var dimension: Int
    var top: Int
    var threads = 1
    var bytesPerTemplate: Double
    var filledPerSecond: Double
    var runs: [Run]
    var answers: [[Int]]?
  }

  func run() async throws {
    let pool = ComputePool(name: "benchmark", threads: 1, queueLimit: 1)
    let answer = try await reporting { try await pool.run { _ in try measure() } }
    await pool.shutDown()
    if json { return try printJSON(answer) }
    print("\(answer.templates) templates of \(dimension) values, the nearest \(top), one thread")
    for run in answer.runs {
      print(
        "batch \(run.batch): \(Terminal.decimal(run.ms, 2)) ms, \(Terminal.decimal(run.queriesPerSecond, 1)) queries/s")
    }
    print("memory \(Terminal.decimal(answer.bytesPerTemplate, 0)) bytes a template")
  }

  private func measure() throws -> Answer {
    let (dimension, templates) = (dimension, templates)
    let rows = try file.map { try Vectors($0, dimension: dimension) }
    let count = rows.map { min($0.count, templates) } ?? templates
    let asked = try queries.map { try Vectors($0, dimension: dimension) }
    let vectors = (0..<(asked?.count ?? (batch.max() ?? 1))).map { number in
      asked?[number] ?? SearchBenchmark.random(dimension: dimension, seed: -1 - number)
    }
    let benchmark = try SearchBenchmark(
      count: count, dimension: dimension, folder: folder == "memory" ? nil : folder,
      template: { rows?[$0] ?? SearchBenchmark.random(dimension: dimension, seed: $0) }, queries: vectors)
    return Answer(
      templates: count, dimension: dimension, top: top, bytesPerTemplate: benchmark.bytesPerTemplate,
      filledPerSecond: benchmark.filledPerSecond,
      runs: try batch.map { size in
        let run = try benchmark.run(batch: size, top: top, rounds: rounds)
        return .init(batch: size, ms: run.milliseconds, queriesPerSecond: run.queriesPerSecond)
      }, answers: asked == nil ? nil : try benchmark.answers(top: top))
  }
}

/// Vectors of a file of float32 values, little-endian.
private struct Vectors {
  private let bytes: Data
  private let dimension: Int
  let count: Int

  init(_ path: String, dimension: Int) throws {
    do { bytes = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped) } catch {
      throw CommandError(error, context: "cannot read \(path)")
    }
    self.dimension = dimension
    count = bytes.count / (4 * dimension)
    guard count > 0, bytes.count % (4 * dimension) == 0 else {
      throw CommandError("\(path) has \(bytes.count) bytes, which are no vectors of \(dimension) float32 values")
    }
  }

  subscript(number: Int) -> [Float] {
    bytes.withUnsafeBytes { bytes in
      (0..<dimension).map {
        let offset = 4 * (number * dimension + $0)
        return Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
      }
    }
  }
}
