internal import Synchronization
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// Audio of one speaker's microphone on its way to the gateway, and what the gateway says on its way back.
final class LiveStream: Sendable {
  /// Something that a reader is told.
  enum Event: Sendable {
    case window(GatewayV1.IdentifyStreamWindow)
    case stretch(GatewayV1.IdentifyStreamStretch)
    case end
    case failure(RecognitionError)
  }

  private struct State {
    var lastAudio = ContinuousClock.now
    var lastReader = ContinuousClock.now
    /// Counts readers; the last one is the one that reads.
    var reader = 0
    var isRead = false
    var isTakingAudio = false
    var isHalfClosed = false
    var isCancelled = false
    var hasEnded = false
  }

  let id = RandomID.make()
  let owner: Session
  /// As its owner calls it.
  private let gateway: Upstream
  private let settings: GatewayV1.IdentifyStreamSettings
  private let audio: Pipe<Bytes>
  private let events = Pipe<Event>(limit: 1000)
  private let state = Mutex(State())

  init(
    _ settings: GatewayV1.IdentifyStreamSettings, owner: Session, gateway: Upstream, backlogSeconds: Int
  ) {
    (self.settings, self.owner, self.gateway) = (settings, owner, gateway)
    audio = Pipe(limit: Int(settings.sampleRateHz) * 2 * backlogSeconds)
  }

  // ---- For the one who speaks -------------------------------------------------------------------------------------

  /// Begins to take a piece of audio. Throws `notFound` once the stream has ended, and `resourceExhausted` while
  /// another piece is on its way: their order would be chance.
  func beginAudio() throws(RecognitionError) {
    try state.withLock { state throws(RecognitionError) in
      guard !state.hasEnded, !state.isHalfClosed else { throw .missing("stream", id) }
      guard !state.isTakingAudio else {
        throw RecognitionError(
          .resourceExhausted, reason: "STREAM_BUSY", "another piece of audio of this stream is on its way: send one "
            + "after the other")
      }
      state.isTakingAudio = true
      state.lastAudio = .now
    }
  }

  func endAudio() { state.withLock { $0.isTakingAudio = false } }

  /// Takes a piece of audio. Throws `resourceExhausted` when the gateway is too far behind.
  func take(_ piece: Bytes) throws(RecognitionError) {
    guard piece.count > 0, !audio.offer(piece, weight: piece.count) else { return }
    if state.withLock({ $0.hasEnded }) { throw .missing("stream", id) }
    throw RecognitionError(
      .resourceExhausted, reason: "STREAM_AHEAD",
      "the audio is too far ahead of what was heard: wait and send it again", retryAfter: .seconds(1))
  }

  /// No more audio comes.
  func halfClose() {
    state.withLock { $0.isHalfClosed = true }
    audio.finish()
  }

  /// Ends it at once.
  func cancel() {
    state.withLock { $0.isCancelled = true }
    audio.finish()
  }

  // ---- For the one who reads ---------------------------------------------------------------------------------------

  /// Gives every event to `body` until the last, until another reader comes, which is told, or until `body` says that
  /// nobody listens.
  func read(_ body: (Event) async -> Bool) async {
    let reader = state.withLock { state in
      state.reader += 1
      state.isRead = true
      return state.reader
    }
    events.wake()
    while let event = await events.next(unless: { self.state.withLock { $0.reader != reader } }) {
      guard await body(event) else { break }
    }
    let isReplaced = state.withLock { state in
      guard state.reader == reader else { return true }
      (state.isRead, state.lastReader) = (false, .now)
      return false
    }
    guard isReplaced else { return }
    _ = await body(
      .failure(RecognitionError(.aborted, reason: "STREAM_TAKEN", "another reader has taken over this stream")))
  }

  // ---- For the one who owns it -------------------------------------------------------------------------------------

  /// Speaks with the gateway until it has ended, was cancelled, or nobody cares any more.
  func run(limits: ConsoleConfiguration.Limits) async {
    var last = Event.end
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await self.converse(limits.streamTime) }
        group.addTask { try await self.watch(limits.streamIdle) }
        defer { group.cancelAll() }
        try await group.next()
      }
    } catch {
      last = .failure(RecognitionError(anything: error))
    }
    state.withLock { $0.hasEnded = true }
    audio.finish()
    events.finish(with: last)
  }

  /// Returns when the last event is read, or nobody has read for `patience`.
  func linger(_ patience: Duration) async {
    while !events.isAtEnd {
      let isForgotten = state.withLock { !$0.isRead && $0.lastReader.duration(to: .now) > patience }
      if isForgotten || state.withLock({ $0.isCancelled }) { return }
      do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
    }
  }

  private func converse(_ time: Duration) async throws {
    try await gateway.call(GatewayV1.GatewayService.identifyStream, timeout: time) { writer, responses in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await writer.write(.with { $0.part = .settings(self.settings) })
          while let piece = await self.audio.next() { try await writer.write(.with { $0.part = .audio(piece) }) }
          // What was cancelled is not ended as if all had been said: `watch` ends it.
          guard !Task.isCancelled, !self.state.withLock({ $0.isCancelled }) else { return }
          try await writer.finish()
        }
        for try await response in responses {
          guard let event = Event(response) else { continue }
          guard await self.events.send(event) else { throw CancellationError() }
        }
        group.cancelAll()
      }
    }
  }

  /// Throws when the stream was cancelled, or when nobody speaks or nobody listens for so long.
  private func watch(_ patience: Duration) async throws {
    while true {
      try await Task.sleep(for: .milliseconds(100))
      let (state, now) = (state.withLock { $0 }, ContinuousClock.now)
      if state.isCancelled { throw RecognitionError(.cancelled, reason: "CANCELLED", "the stream was cancelled") }
      let (unheard, unread) = (state.lastAudio.duration(to: now), state.lastReader.duration(to: now))
      if !state.isHalfClosed, unheard > patience { throw Self.idle("no audio came", patience) }
      if !state.isRead, unread > patience { throw Self.idle("nobody listened", patience) }
    }
  }

  private static func idle(_ why: String, _ patience: Duration) -> RecognitionError {
    RecognitionError(
      .deadlineExceeded, reason: "STREAM_IDLE", "\(why) for \(patience.components.seconds) s: the stream was ended")
  }
}

extension LiveStream.Event {
  init?(_ response: GatewayV1.IdentifyStreamResponse) {
    switch response.event {
    case .window(let window)?: self = .window(window)
    case .stretch(let stretch)?: self = .stretch(stretch)
    case nil: return nil
    }
  }
}
