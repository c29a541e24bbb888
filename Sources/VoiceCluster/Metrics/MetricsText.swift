/// Metrics as a service tells them: the samples of Prometheus's text format, for one reader at one moment.
package struct MetricsText: Sendable {
  /// One number.
  package struct Sample: Sendable, Hashable {
    /// With the ending of a histogram's series (`_bucket`, `_sum`, `_count`).
    package let name: String
    /// By name.
    package let labels: [String: String]
    /// The number.
    package let value: Double
  }

  /// In the order of the text.
  package let samples: [Sample]

  /// Reads a text; lines that are no samples are left out.
  package init(_ text: String) {
    samples = text.split(separator: "\n").compactMap { line in
      if line.hasPrefix("#") { return nil }
      guard let space = line.lastIndex(of: " "), let value = Self.number(line[line.index(after: space)...]) else {
        return nil
      }
      let series = line[..<space]
      guard let brace = series.firstIndex(of: "{") else {
        return Sample(name: String(series), labels: [:], value: value)
      }
      return Sample(
        name: String(series[..<brace]), labels: Self.labels(series[series.index(after: brace)...]), value: value)
    }
  }

  /// The sum of all samples of a name that `isWanted`.
  package func sum(_ name: String, where isWanted: (Sample) -> Bool = { _ in true }) -> Double {
    samples.reduce(0) { $1.name == name && isWanted($1) ? $0 + $1.value : $0 }
  }

  /// How many values of a histogram lie at each limit or below, over all its series that `isWanted`, ascending.
  package func buckets(
    _ name: String, where isWanted: (Sample) -> Bool = { _ in true }
  ) -> [(limit: Double, count: Double)] {
    var counts: [Double: Double] = [:]
    for sample in samples where sample.name == "\(name)_bucket" && isWanted(sample) {
      guard let limit = sample.labels["le"].flatMap({ Self.number(Substring($0)) }) else { continue }
      counts[limit, default: 0] += sample.value
    }
    return counts.sorted { $0.key < $1.key }.map { (limit: $0.key, count: $0.value) }
  }

  private static func number(_ text: Substring) -> Double? {
    switch text {
    case "+Inf": .infinity
    case "-Inf": -.infinity
    default: Double(text)
    }
  }

  /// Of `name="value",…}`, where a value has `\\`, `\"` and `\n` for what they stand for.
  private static func labels(_ text: Substring) -> [String: String] {
    var labels: [String: String] = [:]
    var rest = text
    while let equals = rest.firstIndex(of: "="), rest.index(after: equals) < rest.endIndex {
      let name = String(rest[..<equals].drop { $0 == "," })
      var (value, place) = ("", rest.index(equals, offsetBy: 2))
      while place < rest.endIndex, rest[place] != "\"" {
        if rest[place] == "\\", rest.index(after: place) < rest.endIndex {
          place = rest.index(after: place)
          value.append(rest[place] == "n" ? "\n" : rest[place])
        } else {
          value.append(rest[place])
        }
        place = rest.index(after: place)
      }
      labels[name] = value
      rest = place < rest.endIndex ? rest[rest.index(after: place)...] : ""
    }
    return labels
  }
}
