/// A value on the machine's stack. Containers lie on the machine's heap and are named by their place there, so that
/// values are flat: neither a cycle nor a deep nesting costs anything.
enum PickleValue: Equatable {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case tuple(Int)
  case list(Int)
  case dict(Int)
  case global(PickleGlobal)
  case storage(Int)
  case tensor(Int)

  /// What it is, for a message.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .int: "an int"
    case .double: "a float"
    case .string: "a string"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dict: "a dict"
    case .global(let global): global.rawValue
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// The names a pickle may use; none of them is ever called, each stands for something that this reader does itself.
enum PickleGlobal: String {
  case orderedDict = "collections.OrderedDict"
  case rebuildTensor = "torch._utils._rebuild_tensor_v2"
  case floatStorage = "torch.FloatStorage"
  case halfStorage = "torch.HalfStorage"
  case bfloat16Storage = "torch.BFloat16Storage"
  case doubleStorage = "torch.DoubleStorage"
  case longStorage = "torch.LongStorage"
  case intStorage = "torch.IntStorage"
}

/// Numbers that tensors look into: an entry of the archive.
struct PickleStorage: Equatable {
  var type: PickleGlobal
  var key: String
  var count: Int
}

/// A view of a storage.
struct PickleTensor: Equatable {
  var storage: PickleStorage
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}
