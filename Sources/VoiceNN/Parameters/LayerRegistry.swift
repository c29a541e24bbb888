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

  fileprivate func declare(_ path: String, _ shape: [Int], _ role: Parameter.Role) -> Parameter {
    precondition(paths.insert(path).inserted, "parameter \(path) is declared twice")
    let parameter = Parameter(index: parameters.count, path: path, shape: shape, role: role)
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

  /// The place below this one; the name may hold dots.
  package func callAsFunction(_ name: String) -> LayerScope {
    LayerScope(path: path.isEmpty ? name : "\(path).\(name)", registry: registry)
  }

  /// Declares the tensor `name` of this place.
  package func parameter(_ name: String, _ shape: [Int], role: Parameter.Role = .weight) -> Parameter {
    registry.declare(self(name).path, shape, role)
  }
}
