internal import CGRPC
internal import Glibc

/// One completion queue of the core and the thread that waits on it and completes its tags.
///
/// `@unchecked Sendable`: the queue's functions may be called from any thread; the pointer never changes and is
/// destroyed by the poller thread after the last tag.
final class CompletionQueue: @unchecked Sendable {
  let pointer: OpaquePointer
  private let name: String
  private let drained = Promise<Void>()

  /// The queue of all client channels of this process; it lives as long as the process.
  static let client = CompletionQueue(name: "grpc-client")

  init(name: String) {
    GRPCRuntime.start()
    self.name = name
    pointer = grpc_completion_queue_create_for_next(nil)
    startPoller()
  }

  /// Ends the queue and returns when it has completed its last tag.
  ///
  /// Starting an operation on the queue from now on aborts the process: call it when nobody can any more.
  func shutDown() async {
    grpc_completion_queue_shutdown(pointer)
    await drained.value()
  }

  private func startPoller() {
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<CompletionQueue>.fromOpaque(argument).takeRetainedValue().poll()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    precondition(failure == 0, "no thread for the completion queue \(name): \(String(cString: strerror(failure)))")
    pthread_detach(thread)
  }

  private func poll() {
    vrpc_name_this_thread(name)
    let never = gpr_inf_future(GPR_CLOCK_REALTIME)
    while true {
      let event = grpc_completion_queue_next(pointer, never, nil)
      switch event.type {
      case GRPC_OP_COMPLETE: CompletionTag.takeBack(event.tag).complete(succeeded: event.success != 0)
      case GRPC_QUEUE_SHUTDOWN:
        grpc_completion_queue_destroy(pointer)
        return drained.fulfil(())
      default: continue
      }
    }
  }
}
