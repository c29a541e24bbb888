/// Collects the parameters and layers of a network while it is built.
package final class LayerRegistry {
  /// Every tensor of the `state_dict`, in the order of declaration.
  package private(set) var parameters: [Parameter] = []
  /// The layers that inference packs, in the order of declaration.
  private(set) var layers: [PackableLayer] = []
  private var paths: Set<String> = []

  /// An empty registry.
  package init() {}

  /// Where the network's own names begin.
  package var root: LayerScope { LayerScope(path: "", registry: self) }

  fileprivate func declare(
    _ path: String, _ shape: [Int], _ role: Parameter.Role, _ initialization: Initialization
  ) -> Parameter {
    precondition(paths.insert(path).inserted, "parameter \(path) is declared twice")
    let parameter = Parameter(
      index: parameters.count, path: path, shape: shape, role: role, initialization: initialization)
    parameters.append(parameter)
    return parameter
  }

  /// Adds the layer that `make` builds for its index.
  func add<Layer>(_ make: (Int) -> Layer, as packable: (Layer) -> PackableLayer) -> Layer {
    let layer = make(layers.count)
    layers.append(packable(layer))
    return layer
  }
}

/// A layer that inference keeps in a form of its own.
enum PackableLayer: Sendable {
  case convolution(ConvolutionLayer)
  case norm(NormActivation)
}

/// A place in a network's tree of names.
package struct LayerScope {
  /// The names from the root to here, joined by dots.
  package let path: String
  let registry: LayerRegistry
  /// How the weights of convolutions below are drawn.
  private(set) var weightDraw = Initialization.standard
  /// How their biases are drawn; nil is PyTorch's default.
  private(set) var biasDraw: Initialization?

  fileprivate init(path: String, registry: LayerRegistry) {
    self.path = path
    self.registry = registry
  }

  private init(_ path: String, in parent: LayerScope) {
    self.init(path: path, registry: parent.registry)
    (weightDraw, biasDraw) = (parent.weightDraw, parent.biasDraw)
  }

  /// The place below this one; the name may hold dots.
  package func callAsFunction(_ name: String) -> LayerScope {
    LayerScope(path.isEmpty ? name : "\(path).\(name)", in: self)
  }

  /// The same place, where convolutions are drawn in another way.
  package func drawing(_ weights: Initialization, biases: Initialization? = nil) -> LayerScope {
    var scope = self
    (scope.weightDraw, scope.biasDraw) = (weights, biases)
    return scope
  }

  /// Declares the tensor `name` of this place.
  package func parameter(
    _ name: String, _ shape: [Int], role: Parameter.Role = .weight, initialization: Initialization = .standard
  ) -> Parameter {
    registry.declare(self(name).path, shape, role, initialization)
  }
}
