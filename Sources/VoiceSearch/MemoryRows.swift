internal import Synchronization

/// Templates in memory: four bytes a value.
final class MemoryRows: TemplateRows {
  private static let slotsOfPart = 1024

  private let dimension: Int
  /// Slots in parts, which never move.
  private let parts = Mutex<[Part]>([])

  init(dimension: Int) { self.dimension = dimension }

  func write(_ templates: [[Float]], from first: Int) {
    for (index, template) in templates.enumerated() { place(first + index).update(from: template, count: dimension) }
  }

  func template(at slot: Int) -> [Float] { Array(UnsafeBufferPointer(start: place(slot), count: dimension)) }

  private func place(_ slot: Int) -> UnsafeMutablePointer<Float> {
    let part = parts.withLock { parts in
      while parts.count <= slot / Self.slotsOfPart { parts.append(Part(count: Self.slotsOfPart * dimension)) }
      return parts[slot / Self.slotsOfPart]
    }
    return part.base + slot % Self.slotsOfPart * dimension
  }

  private final class Part: @unchecked Sendable {  // a slot has one writer, before it has readers
    let base: UnsafeMutablePointer<Float>

    init(count: Int) { base = .allocate(capacity: count) }
    deinit { base.deallocate() }
  }
}
