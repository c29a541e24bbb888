import Testing
@testable import VoiceRPC

@Suite("States", .timeLimit(.minutes(1)))
struct StateTests {
  @Test("A served call ends once, with what was gathered for its end")
  func endsOnce() {
    var state = ServerCallState()
    state.addInitialMetadata(["early": "1"])
    state.addTrailers(["late": "2"])
    let end = state.finish()
    #expect(end?.initialMetadata == ["early": "1"])
    #expect(end?.trailers == ["late": "2"])
    #expect(state.finish() == nil)
  }

  @Test("Metadata goes before the first message and not again")
  func initialMetadataOnce() {
    var state = ServerCallState()
    #expect(state.takeInitialMetadata() == [:])
    state.addInitialMetadata(["too": "late"])
    #expect(state.takeInitialMetadata() == nil)
    #expect(state.finish()?.initialMetadata == nil)
  }

  @Test("A handler is cancelled whether it came before the cancellation or after, and never after the end")
  func cancellation() {
    let task = Task {}
    var before = ServerCallState()
    #expect(before.handled(by: task) == nil)
    #expect(before.cancel() == task)
    #expect(before.cancel() == nil)
    var after = ServerCallState()
    #expect(after.cancel() == nil)
    #expect(after.isCancelled)
    #expect(after.handled(by: task) == task)
    var ended = ServerCallState()
    _ = ended.finish()
    #expect(ended.handled(by: task) == nil)
    #expect(ended.cancel() == nil)
    #expect(!ended.isCancelled)
  }

  @Test("The census is empty only when acceptors and calls have ended")
  func census() async {
    let census = CallCensus()
    census.acceptorBegins()
    #expect(census.callBegins(limit: 1))
    #expect(!census.callBegins(limit: 1))
    #expect(census.callBegins(limit: nil))
    #expect(census.calls == 2)
    census.acceptorEnds()
    census.callEnds(limited: true)
    #expect(census.callBegins(limit: 1))
    census.callEnds(limited: true)
    census.callEnds(limited: false)
    await census.empty()
    #expect(census.calls == 0)
  }

  @Test("A promise gives its first value to everyone, early or late")
  func promise() async {
    let promise = Promise<Int>()
    async let early = promise.value()
    promise.fulfil(1)
    promise.fulfil(2)
    let late = await promise.value()
    #expect(late == 1)
    #expect(await early == 1)
  }

  @Test("The core tells its version, and malloc can be told to keep memory")
  func core() {
    #expect(GRPCRuntime.version.split(separator: ".").count == 3)
    #expect(GRPCRuntime.keepFreedMemory())
  }
}
