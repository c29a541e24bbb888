/// Interprets the pickle of a `state_dict` and executes nothing: opcodes and names come from two short lists, and what
/// they would have called in Python is done here for the one meaning they may have.
///
/// Every opcode takes at least a byte and makes at most one value, so the memory is bounded by the pickle's length.
struct PickleMachine {
  /// Longest pickle that is read, in bytes.
  static let maximumBytes = 16 << 20

  private var reader: PickleReader
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private(set) var heap = PickleHeap()

  /// Runs a pickle to its end; gives its value and the heap that the value points into.
  static func run(_ bytes: ArraySlice<UInt8>) throws(CheckpointError) -> (value: PickleValue, heap: PickleHeap) {
    guard bytes.count <= maximumBytes else {
      throw CheckpointError(.tooLarge, "the pickle has \(bytes.count) bytes, at most \(maximumBytes) are read")
    }
    var machine = PickleMachine(reader: PickleReader(bytes))
    while true {
      let offset = machine.reader.offset
      let byte = try machine.reader.unsigned(1)
      guard let opcode = PickleOpcode(rawValue: UInt8(byte)) else {
        let name = PickleOpcode.refusedName(UInt8(byte))
        throw CheckpointError(.refused, "the pickle uses \(name) at byte \(offset), which no state_dict needs")
      }
      if opcode == .stop { return (try machine.pop(), machine.heap) }
      try machine.perform(opcode)
    }
  }

  private init(reader: PickleReader) { self.reader = reader }

  private mutating func perform(_ opcode: PickleOpcode) throws(CheckpointError) {
    switch opcode {
    case .stop: break
    case .proto: try checkProtocol()
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.int(try reader.signed(4)))
    case .binInt1: stack.append(.int(try reader.unsigned(1)))
    case .binInt2: stack.append(.int(try reader.unsigned(2)))
    case .long1: try long()
    case .binFloat: stack.append(.double(try reader.double()))
    case .binUnicode: stack.append(.string(try reader.text(try reader.unsigned(4))))
    case .global: try global()
    case .binPersistentID: try persistentID()
    case .mark: marks.append(stack.count)
    case .binPut: try put(try reader.unsigned(1))
    case .longBinPut: try put(try reader.unsigned(4))
    case .binGet: try get(try reader.unsigned(1))
    case .longBinGet: try get(try reader.unsigned(4))
    default: try build(opcode)
    }
  }

  /// The opcodes that make or fill containers.
  private mutating func build(_ opcode: PickleOpcode) throws(CheckpointError) {
    switch opcode {
    case .emptyTuple: stack.append(heap.add(tuple: []))
    case .tuple: stack.append(heap.add(tuple: try popToMark()))
    case .tuple1: stack.append(heap.add(tuple: try pop(1)))
    case .tuple2: stack.append(heap.add(tuple: try pop(2)))
    case .tuple3: stack.append(heap.add(tuple: try pop(3)))
    case .emptyList: stack.append(heap.addList())
    case .emptyDict: stack.append(heap.addDict())
    case .append: try heap.append(try pop(1), to: try top())
    case .appends: try heap.append(try popToMark(), to: try top())
    case .setItem: try heap.set(try pop(2), in: try top())
    case .setItems: try heap.set(try popToMark(), in: try top())
    case .reduce: try reduce()
    case .build: try buildState()
    default: throw CheckpointError(.refused, "the pickle uses opcode \(opcode)")
    }
  }

  // ---- Single opcodes ----------------------------------------------------------------------------------------------

  private mutating func checkProtocol() throws(CheckpointError) {
    let version = try reader.unsigned(1)
    guard version == 2 else {
      throw CheckpointError(.refused, "the pickle has protocol \(version); torch.save writes 2 unless told otherwise")
    }
  }

  private mutating func long() throws(CheckpointError) {
    let size = try reader.unsigned(1)
    guard size <= 8 else { throw CheckpointError(.refused, "the pickle has a whole number of \(size) bytes") }
    stack.append(.int(try reader.signed(size)))
  }

  private mutating func global() throws(CheckpointError) {
    let name = "\(try reader.line()).\(try reader.line())"
    guard let global = PickleGlobal(rawValue: name) else {
      throw CheckpointError(.refused, "the pickle uses '\(name)', which no state_dict needs; nothing of it was run")
    }
    stack.append(.global(global))
  }

  /// `('storage', type, key, location, count)` stands for the numbers of an archive entry.
  private mutating func persistentID() throws(CheckpointError) {
    let parts = try heap.tuple(try pop())
    guard parts.count == 5, parts[0] == .string("storage"), case .global(let type) = parts[1],
      case .string(let key) = parts[2], case .string = parts[3], case .int(let count) = parts[4], count >= 0
    else { throw CheckpointError(.malformed, "a persistent id of the pickle names no storage") }
    stack.append(heap.add(storage: PickleStorage(type: type, key: key, count: count)))
  }

  private mutating func reduce() throws(CheckpointError) {
    let arguments = try heap.tuple(try pop())
    switch try pop() {
    case .global(.orderedDict):
      guard arguments.isEmpty else { throw CheckpointError(.refused, "OrderedDict is called with arguments") }
      stack.append(heap.addDict())
    case .global(.rebuildTensor): stack.append(try heap.addTensor(arguments))
    case let other: throw CheckpointError(.refused, "the pickle calls \(other.kind)")
    }
  }

  /// An OrderedDict carries `_metadata` about the versions of its modules: nothing that a number depends on.
  private mutating func buildState() throws(CheckpointError) {
    let state = try pop()
    guard case .dict = try top(), case .dict = state else {
      throw CheckpointError(.refused, "the pickle sets the state of \(try top().kind)")
    }
  }

  // ---- Stack and memo ----------------------------------------------------------------------------------------------

  private mutating func put(_ index: Int) throws(CheckpointError) { memo[index] = try top() }

  private mutating func get(_ index: Int) throws(CheckpointError) {
    guard let value = memo[index] else { throw CheckpointError(.malformed, "the pickle recalls what it never kept") }
    stack.append(value)
  }

  private func top() throws(CheckpointError) -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw underflow }
    return value
  }

  private mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw underflow }
    return value
  }

  private mutating func pop(_ count: Int) throws(CheckpointError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw underflow }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw underflow }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private var underflow: CheckpointError {
    CheckpointError(.malformed, "the pickle takes more from its stack than it put there")
  }
}
