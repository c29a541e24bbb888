package import FoundationEssentials

/// A safetensors file: named arrays and a few texts about them.
///
/// Format: the header's length (8 bytes, little-endian), the header (JSON: name → dtype, shape, byte range), then the
/// values.
package struct Safetensors: Sendable, Equatable {
  /// The arrays by name.
  package var tensors: [String: StoredTensor]
  /// Texts about the file.
  package var metadata: [String: String]

  /// Longest file that is read, in bytes.
  package static let maximumBytes = 4 << 30

  /// A file of these arrays.
  package init(tensors: [String: StoredTensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file. Throws `SafetensorsError` that names the file.
  package init(contentsOf url: URL) throws(SafetensorsError) {
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(url.path, maximum: Self.maximumBytes) } catch {
      throw SafetensorsError(.inaccessible, error.message)
    }
    do { try self.init(bytes: bytes) } catch {
      throw SafetensorsError(error.code, "\(url.path): \(error.message)")
    }
  }

  /// Writes the file beside its place and moves it there, so that nobody sees half of it.
  package func write(to url: URL) throws(SafetensorsError) {
    do { try Data(bytes()).write(to: url, options: .atomic) } catch {
      throw SafetensorsError(.inaccessible, "\(url.path) cannot be written: \(error)")
    }
  }
}
