internal import CVoiceKernels

/// What becomes of the memory that tensors have freed.
package enum FreedMemory {
  /// Keeps it in this process from now on, for the tensors of the next step: by default it is given back to the system,
  /// which then clears every page of it anew, a fifth of a training step. For a process that trains; to be called
  /// before its threads start, as they share one heap from then on.
  package static func keepInProcess() {
    vk_keep_freed_memory()
  }

  /// Gives back to the system now what is free, also where the process keeps freed memory for later.
  package static func giveBack() {
    vk_give_back_freed_memory()
  }
}
