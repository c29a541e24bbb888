internal import Metrics
package import VoiceConcurrency

extension ComputePool {
  /// A pool whose work is told in the metrics of this process, under its name.
  package static func measured(
    name: String, threads: Int, queueLimit: Int, niceness: Int32 = 0, in registry: MetricsRegistry = .shared
  ) -> ComputePool {
    let labels = [("pool", name)]
    let waiting = Metrics.Timer(label: "voiceprint_compute_wait_seconds", dimensions: labels, factory: registry)
    let working = Metrics.Timer(label: "voiceprint_compute_work_seconds", dimensions: labels, factory: registry)
    let pool = ComputePool(name: name, threads: threads, queueLimit: queueLimit, niceness: niceness) {
      waiting.recordSeconds($0 / .seconds(1))
      working.recordSeconds($1 / .seconds(1))
    }
    // A pool that is gone has nothing to tell.
    registry.collect("pool \(name)") { [weak pool] sample in
      guard let pool else { return }
      let counts = pool.counts
      sample.add("voiceprint_compute_threads", pool.threadCount, labels)
      sample.add("voiceprint_compute_busy_threads", counts.running, labels)
      sample.add("voiceprint_compute_busy_seconds_total", counts.busy / .seconds(1), labels)
      sample.add("voiceprint_compute_queue_depth", counts.waiting, labels)
      sample.add("voiceprint_compute_queue_limit", pool.queueLimit, labels)
      sample.add("voiceprint_compute_refused_total", counts.refusedByLimit, labels + [("reason", "queue_full")])
      sample.add("voiceprint_compute_refused_total", counts.refusedByDeadline, labels + [("reason", "deadline")])
    }
    return pool
  }
}
