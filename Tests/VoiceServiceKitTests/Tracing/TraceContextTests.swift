import Testing
import VoiceServiceKit

@Suite("Trace context")
struct TraceContextTests {
  @Test("The example of the W3C is read and written")
  func example() throws {
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    let context = try #require(TraceContext(header: header))
    #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(context.spanID == "00f067aa0ba902b7")
    #expect(context.isSampled)
    #expect(context.headerValue == header)
  }

  @Test("A version of the future is read as far as it is known")
  func future() throws {
    let header = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-what-comes-next"
    let context = try #require(TraceContext(header: header))
    #expect(!context.isSampled)
    #expect(context.headerValue == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
  }

  @Test("What is no trace context is none", arguments: [
    "", "00", "TRACE", "00-TRACE-SPAN", "00-TRACE-SPAN-1", "00-TRACE-SPAN-+1", "00-TRACE-SPAN-01-more",
    "ff-TRACE-SPAN-01", "0x-TRACE-SPAN-01", "00-TRACE-SPANx-01", "00-xTRACE-SPAN-01", "00-SPAN-TRACE-01",
    "00-TRACE-0000000000000000-01",
    "00-00000000000000000000000000000000-SPAN-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-SPAN-01",
  ])
  func none(_ pattern: String) {
    let header = pattern.replacing("TRACE", with: "4bf92f3577b34da6a3ce929d0e0e4736")
      .replacing("SPAN", with: "00f067aa0ba902b7")
    #expect(TraceContext(header: header) == nil)
  }

  @Test("A hop keeps the trace and has a span of its own; a new trace is well-formed")
  func hops() {
    let begin = TraceContext()
    let hop = begin.child()
    #expect(hop.traceID == begin.traceID && hop.spanID != begin.spanID)
    #expect(TraceContext(header: hop.headerValue) == hop)
    #expect(TraceContext().traceID != begin.traceID)
  }
}
