package import VoiceConcurrency

/// The threads that a service computes on: some for calls that somebody waits for, and as many that get what those
/// leave of the cores.
package struct ComputePools: Sendable {
  /// For calls that somebody waits for.
  package let foreground: ComputePool
  /// For work that gives way to them.
  package let background: ComputePool

  /// Pools of `threads` threads each, whose queues hold at most `queueLimit` waiting units of work.
  package init(name: String, threads: Int, queueLimit: Int) {
    foreground = .measured(name: name, threads: threads, queueLimit: queueLimit)
    background = .measured(name: "\(name)-back", threads: threads, queueLimit: queueLimit, niceness: 19)
  }

  /// The pool for a call.
  package func pool(isBackground: Bool) -> ComputePool { isBackground ? background : foreground }

  /// Finishes what waits and ends the threads.
  package func shutDown() async {
    await foreground.shutDown()
    await background.shutDown()
  }
}
