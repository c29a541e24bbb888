@testable import VoiceMessages
import VoiceRPC

/// A message with a text in it, for tests.
typealias Note = GoogleRPC.Status

extension Note {
  init(_ text: String) {
    self.init()
    message = text
  }
}

/// Methods of all four shapes that no `.proto` declares.
enum Echo {
  static let name = "test.Echo"
  static let say = UnaryMethod<Note, Note>("/test.Echo/Say")
  static let split = ServerStreamingMethod<Note, Note>("/test.Echo/Split")
  static let join = ClientStreamingMethod<Note, Note>("/test.Echo/Join")
  static let chat = BidirectionalMethod<Note, Note>("/test.Echo/Chat")
}

/// Handlers of the methods, each of which a test may replace.
struct EchoService: RPCService {
  /// Gives the text back.
  var say: @Sendable (Note, ServerContext) async throws -> Note = { note, _ in note }
  /// Gives the words of the text one by one.
  var split: @Sendable (Note, MessageWriter<Note>, ServerContext) async throws -> Void = { note, responses, _ in
    for word in note.message.split(separator: " ") { try await responses.write(Note(String(word))) }
  }
  /// Gives all texts in one.
  var join: @Sendable (MessageStream<Note>, ServerContext) async throws -> Note = { notes, _ in
    var words: [String] = []
    for try await note in notes { words.append(note.message) }
    return Note(words.joined(separator: " "))
  }
  /// Gives each text back in capitals.
  var chat: @Sendable (MessageStream<Note>, MessageWriter<Note>, ServerContext) async throws -> Void = {
    notes, responses, _ in
    for try await note in notes { try await responses.write(Note(note.message.uppercased())) }
  }

  func register(with router: inout Router) {
    router.handle(Echo.say, with: say)
    router.handle(Echo.split, with: split)
    router.handle(Echo.join, with: join)
    router.handle(Echo.chat, with: chat)
  }
}
