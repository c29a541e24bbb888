internal import Glibc

/// Measures exact searches of a large gallery on one thread.
///
/// For a thread of one's own: it computes for seconds.
package struct SearchBenchmark {
  /// Searches of so many queries together.
  package struct Run: Sendable {
    /// Queries of a scan.
    package var batch: Int
    /// Milliseconds of a scan, the median of the rounds.
    package var milliseconds: Double

    /// Queries answered in a second.
    package var queriesPerSecond: Double { Double(batch) / milliseconds * 1000 }
  }

  /// Bytes that the process holds for a template, with its person's identifier.
  package let bytesPerTemplate: Double
  /// Templates a second that came into the gallery.
  package let filledPerSecond: Double
  private let gallery: Gallery
  private let queries: [[Float]]

  /// A gallery of `count` templates of `dimension` values, which `template` gives by number and which are normalised
  /// here, and as many queries as the largest batch has. Full precision is kept in a file in `folder`, or in memory.
  ///
  /// Throws ``GalleryError``.
  package init(
    count: Int, dimension: Int, folder: String?, template: (Int) -> [Float], queries: [[Float]]
  ) throws(GalleryError) {
    let file = try folder.map { path throws(GalleryError) in try TemplateFile(in: path) }
    gallery = Gallery(dimension: dimension, file: file)
    self.queries = queries.map(Self.normalised)
    let before = Self.residentBytes
    var filling = Duration.zero
    for first in stride(from: 0, to: count, by: 1024) {
      let people = (first..<min(count, first + 1024)).map { number in
        (
          person: GalleryPerson(key: Int64(number), speaker: "\(number)", displayName: ""),
          template: Self.normalised(template(number))
        )
      }
      let begin = ContinuousClock.now
      try gallery.put(people)
      filling += ContinuousClock.now - begin
    }
    bytesPerTemplate = Double(Self.residentBytes - before) / Double(count)
    filledPerSecond = Double(count) / (filling / .seconds(1))
  }

  /// Runs `rounds` scans of `batch` queries after one that warms up; the queries go round. Throws ``GalleryError``.
  package func run(batch: Int, top: Int, rounds: Int) throws(GalleryError) -> Run {
    var milliseconds: [Double] = []
    for round in 0...max(1, rounds) {
      let taken = (0..<batch).map { Gallery.Query(queries[(round * batch + $0) % queries.count], count: top) }
      let begin = ContinuousClock.now
      _ = try gallery.nearest(to: taken)
      if round > 0 { milliseconds.append((ContinuousClock.now - begin) / .milliseconds(1)) }
    }
    return Run(batch: batch, milliseconds: milliseconds.sorted()[milliseconds.count / 2])
  }

  /// The numbers of the templates nearest to each query, `[queries][top]`. Throws ``GalleryError``.
  package func answers(top: Int) throws(GalleryError) -> [[Int]] {
    try gallery.nearest(to: queries.map { Gallery.Query($0, count: top) }).map { found in
      found.candidates.map { Int($0.person.key) }
    }
  }

  /// A vector of independent normal numbers, the same for each seed: what a template is where there is no file.
  package static func random(dimension: Int, seed: Int) -> [Float] {
    var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15
    func next() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ z >> 31) >> 11) * 0x1p-53
    }
    return (0..<dimension).map { _ in Float((-2 * log(1 - next())).squareRoot() * cos(2 * .pi * next())) }
  }

  private static func normalised(_ values: [Float]) -> [Float] {
    let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return norm > 0 ? values.map { Float(Double($0) / norm) } : values
  }

  /// Bytes of memory that the process holds, without files.
  private static var residentBytes: Int {
    let file = open("/proc/self/statm", O_RDONLY)
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: 256)
    let count = file >= 0 ? read(file, &text, text.count) : 0
    // All resident pages, and those of them that are of files: the second and the third number.
    let fields = String(decoding: text[..<max(0, count)], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    return fields.count > 2 ? (fields[1] - fields[2]) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }
}
