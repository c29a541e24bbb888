/// Every metric of every service, in the order in which they are written. What is not here is not exported, so that no
/// library can add a metric, and no label a value, that nobody thought of.
///
/// Labels hold methods, status codes, states and the names of our thread pools. Collections, people and callers never
/// are labels: there may be any number of them, and they are nobody else's business. An epoch is one in the two metrics
/// that tell which ones are served.
package enum MetricCatalogue {
  /// All of them.
  package static let all: [MetricDescription] =
    process + calls + compute + decisions + epochs + registry + training + monitoring

  /// Limits in s for what people wait for.
  static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
  /// Limits for cosines.
  static let cosines = stride(from: -20, through: 100, by: 5).map { Double($0) / 100 }

  private static let process: [MetricDescription] = [
    .counter("process_cpu_seconds_total", "User and system CPU time of the process in seconds."),
    .gauge("process_resident_memory_bytes", "Memory of the process that is in RAM."),
    .gauge("process_virtual_memory_bytes", "Address space of the process."),
    .gauge("process_open_fds", "Open file descriptors."),
    .gauge("process_max_fds", "Most file descriptors that may be open."),
    .gauge("process_threads", "Threads of the process."),
    .gauge("process_start_time_seconds", "When the process started, in seconds since 1970."),
    .gauge("voiceprint_service_info", "1, with the name of the service."),
  ]

  private static let calls: [MetricDescription] = [
    .counter("voiceprint_rpc_server_handled_total", "Calls that ended, by method and status code."),
    .histogram("voiceprint_rpc_server_duration_seconds", seconds, "From a call's arrival to its end, by method."),
    .gauge("voiceprint_rpc_server_in_flight", "Calls that are being handled, by method."),
    .counter("voiceprint_rpc_server_refused_total", "Calls refused as the server handled as many as it may."),
    .counter("voiceprint_rpc_client_handled_total", "Calls to other services that ended, by method and status code."),
    .histogram(
      "voiceprint_rpc_client_duration_seconds", seconds,
      "Calls to other services with one answer, retries included, by method."),
    .counter("voiceprint_http_requests_total", "Requests to the console that were answered, by route and status."),
    .histogram("voiceprint_http_request_duration_seconds", seconds, "Requests to the console, by route."),
  ]

  private static let compute: [MetricDescription] = [
    .gauge("voiceprint_compute_threads", "Threads of a pool."),
    .gauge("voiceprint_compute_busy_threads", "Threads of a pool that work now."),
    .counter("voiceprint_compute_busy_seconds_total", "Time that the threads of a pool have worked."),
    .gauge("voiceprint_compute_queue_depth", "Units of work that wait for a thread of a pool."),
    .gauge("voiceprint_compute_queue_limit", "Units of work that may wait for a thread of a pool."),
    .histogram("voiceprint_compute_wait_seconds", seconds, "How long work waited for a thread before it began."),
    .histogram("voiceprint_compute_work_seconds", seconds, "How long a unit of work took on its thread."),
    .counter(
      "voiceprint_compute_refused_total", "Work that was never begun: the queue was full or the deadline too close."),
  ]

  private static let decisions: [MetricDescription] = [
    .histogram(
      "voiceprint_decision_score", cosines,
      "Cosines that were decided on, by operation and decision. That of an identification is the best candidate's."),
    .counter("voiceprint_audio_recordings_total", "Recordings that were computed on, by operation."),
    .counter("voiceprint_audio_seconds_total", "Audio that was computed on, by operation."),
    .counter("voiceprint_audio_warnings_total", "Recordings with a warning (short, clipped, quiet), by operation."),
    .gauge("voiceprint_live_streams", "Streams of running speech that are being recognised."),
  ]

  private static let epochs: [MetricDescription] = [
    .gauge("voiceprint_embedding_epochs", "Epochs of this replica by state."),
    .gauge("voiceprint_embedding_epoch_info", "1 for each epoch that this replica serves, with its fingerprint."),
    .gauge("voiceprint_embedding_epoch_memory_bytes", "Memory of the weights of all epochs that are served."),
    .counter("voiceprint_embedding_epoch_loads_total", "Epochs that were loaded, refused or failed to load."),
  ]

  private static let registry: [MetricDescription] = [
    .gauge("voiceprint_registry_collections", "Collections in the database."),
    .gauge("voiceprint_registry_speakers", "People in all collections of the database."),
    .gauge("voiceprint_registry_galleries", "Collections that are searched in the memory of this replica."),
    .gauge("voiceprint_registry_gallery_templates", "Templates in the memory of this replica."),
    .gauge("voiceprint_registry_default_epoch_info", "1, with the default epoch and its fingerprint."),
    .gauge("voiceprint_registry_epochs", "Epochs in the database, by whether a collection uses them."),
    .gauge("voiceprint_promotions", "Promotions by state."),
    .gauge("voiceprint_promotion_utterances", "Recordings that the promotions under way have to compute."),
    .gauge("voiceprint_promotion_utterances_done", "Of those, recordings that are computed."),
    .gauge("voiceprint_postgres_available", "1 while the database answers and its changes are followed, else 0."),
    .gauge("voiceprint_postgres_connections", "Connections to the database by state: in_use, idle."),
    .gauge("voiceprint_postgres_connections_max", "Most connections of the pool."),
    .gauge("voiceprint_postgres_waiting", "Tasks that wait for a connection to the database."),
  ]

  private static let training: [MetricDescription] = [
    .gauge("voiceprint_training_jobs", "Jobs in the database by state."),
    .gauge("voiceprint_training_slots", "Jobs that this trainer may work on at the same time."),
    .gauge("voiceprint_training_slots_busy", "Jobs that this trainer works on."),
  ]

  private static let monitoring: [MetricDescription] = [
    .counter("voiceprint_trace_spans_exported_total", "Spans that the collector has taken."),
    .counter("voiceprint_trace_spans_dropped_total", "Spans that were lost: the queue was full, or no export."),
    .gauge("voiceprint_trace_queue_depth", "Spans that wait to be exported."),
    .counter("voiceprint_metrics_collect_failures_total", "Values that could not be asked for at a scrape, by source."),
  ]
}
