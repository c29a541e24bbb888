internal import VoiceRPC

/// How this process takes memory from the system.
enum Memory {
  /// Keeps freed blocks of some megabytes for the next message: giving each back to the system costs more than the call.
  static func keepLargeBlocks() { GRPCMemory.keepLargeBlocks() }
}
