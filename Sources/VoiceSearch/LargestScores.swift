/// The largest of the numbers that were seen, up to a count: a heap whose root is the smallest of them.
struct LargestScores {
  private let capacity: Int
  private var heap: [Float] = []

  init(_ capacity: Int) { self.capacity = capacity }

  /// The smallest of the largest; minus infinity until there are so many.
  var least: Float { heap.count < capacity ? -.infinity : heap[0] }

  mutating func insert(_ value: Float) {
    if heap.count < capacity {
      heap.append(value)
      rise(from: heap.count - 1)
    } else if value > heap[0] {
      heap[0] = value
      sink()
    }
  }

  private mutating func rise(from index: Int) {
    var index = index
    while index > 0, heap[index] < heap[(index - 1) / 2] {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private mutating func sink() {
    var index = 0
    while true {
      var smallest = index
      for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child] < heap[smallest] {
        smallest = child
      }
      if smallest == index { return }
      heap.swapAt(index, smallest)
      index = smallest
    }
  }
}
