/// Columns for people.
struct TextTable {
  private var rows: [[String]]

  init(_ header: String...) { rows = [header] }
  init(_ header: [String]) { rows = [header] }

  mutating func add(_ row: String...) { rows.append(row) }
  mutating func add(_ row: [String]) { rows.append(row) }

  /// The table with each column as wide as its widest cell.
  var text: String {
    let widths = rows.reduce([Int](repeating: 0, count: rows[0].count)) { widths, row in
      zip(widths, row).map { max($0, $1.count) }
    }
    return rows.map { row in
      let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
