/// The containers that a pickle makes; values name them by their place.
struct PickleHeap {
  private var tuples: [[PickleValue]] = []
  private var lists: [[PickleValue]] = []
  private var dicts: [[(key: PickleValue, value: PickleValue)]] = []
  private var storages: [PickleStorage] = []
  private var tensors: [PickleTensor] = []

  // ---- Making ------------------------------------------------------------------------------------------------------

  mutating func add(tuple: [PickleValue]) -> PickleValue {
    tuples.append(tuple)
    return .tuple(tuples.count - 1)
  }

  mutating func addList() -> PickleValue {
    lists.append([])
    return .list(lists.count - 1)
  }

  mutating func addDict() -> PickleValue {
    dicts.append([])
    return .dict(dicts.count - 1)
  }

  mutating func add(storage: PickleStorage) -> PickleValue {
    storages.append(storage)
    return .storage(storages.count - 1)
  }

  /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)`.
  mutating func addTensor(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard arguments.count == 6 || arguments.count == 7, case .storage(let storage) = arguments[0],
      case .int(let offset) = arguments[1], case .bool = arguments[4]
    else { throw CheckpointError(.malformed, "a tensor of the pickle is made of the wrong parts") }
    let shape = try integers(arguments[2])
    let strides = try integers(arguments[3])
    guard shape.count == strides.count, shape.count <= 16 else {
      let axes = "\(shape.count) lengths and \(strides.count) strides"
      throw CheckpointError(.malformed, "a tensor of the pickle has \(axes)")
    }
    tensors.append(PickleTensor(storage: storages[storage], offset: offset, shape: shape, strides: strides))
    return .tensor(tensors.count - 1)
  }

  // ---- Filling -----------------------------------------------------------------------------------------------------

  mutating func append(_ values: [PickleValue], to list: PickleValue) throws(CheckpointError) {
    guard case .list(let index) = list else {
      throw CheckpointError(.malformed, "the pickle appends to \(list.kind)")
    }
    lists[index] += values
  }

  /// Adds keys and values that alternate.
  mutating func set(_ items: [PickleValue], in dict: PickleValue) throws(CheckpointError) {
    guard case .dict(let index) = dict, items.count.isMultiple(of: 2) else {
      throw CheckpointError(.malformed, "the pickle sets \(items.count) keys and values in \(dict.kind)")
    }
    for place in stride(from: 0, to: items.count, by: 2) { dicts[index].append((items[place], items[place + 1])) }
  }

  // ---- Reading -----------------------------------------------------------------------------------------------------

  func tuple(_ value: PickleValue) throws(CheckpointError) -> [PickleValue] {
    guard case .tuple(let index) = value else {
      throw CheckpointError(.malformed, "the pickle has \(value.kind) where a tuple is expected")
    }
    return tuples[index]
  }

  func integers(_ value: PickleValue) throws(CheckpointError) -> [Int] {
    var numbers: [Int] = []
    for value in try tuple(value) {
      guard case .int(let number) = value else {
        throw CheckpointError(.malformed, "the pickle has \(value.kind) where a whole number is expected")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// The tensors of a `state_dict`, in the order of the file.
  func stateDict(_ value: PickleValue) throws(CheckpointError) -> [(name: String, tensor: PickleTensor)] {
    guard case .dict(let index) = value else {
      throw CheckpointError(.refused, "the checkpoint holds \(value.kind), a state_dict is expected")
    }
    var result: [(String, PickleTensor)] = []
    for (key, value) in dicts[index] {
      guard case .string(let name) = key else {
        throw CheckpointError(.refused, "the checkpoint has \(key.kind) as a key: it is no state_dict")
      }
      guard case .tensor(let index) = value else {
        throw CheckpointError(.refused, "'\(name)' is \(value.kind), not a tensor: the file is no plain state_dict")
      }
      result.append((name, tensors[index]))
    }
    return result
  }
}
