/// What the address of is handed to the core as the tag of an operation; subclasses say what its completion does.
///
/// `@unchecked Sendable`: a tag is written by the task that starts the operation and read by the poller thread that
/// completes it; the core's queue orders the two.
class CompletionTag: @unchecked Sendable {
  /// Called once, on the queue's poller thread: it must not block.
  func complete(succeeded: Bool) {
    preconditionFailure("\(type(of: self)) does not say what its completion does")
  }

  /// The tag, with one reference that belongs to the completion queue until the tag comes back.
  final func retainedForCore() -> UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }

  /// Takes back the queue's reference.
  static func takeBack(_ tag: UnsafeMutableRawPointer) -> CompletionTag {
    Unmanaged<CompletionTag>.fromOpaque(tag).takeRetainedValue()
  }
}
