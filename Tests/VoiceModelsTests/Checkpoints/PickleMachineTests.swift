import Testing

@testable import VoiceModels

@Suite("The restricted pickle")
struct PickleMachineTests {
  private func refusal(_ write: (inout PickleWriter) -> Void) -> CheckpointError? {
    var pickle = PickleWriter()
    write(&pickle)
    pickle.code(".")
    return #expect(throws: CheckpointError.self) { try PickleMachine.run(pickle.bytes[...]) }
  }

  @Test("A name outside the list is refused with its name, and nothing is run")
  func globals() {
    for (module, name) in [
      ("os", "system"), ("builtins", "eval"), ("torch._utils", "_rebuild_parameter"), ("collections", "namedtuple"),
    ] {
      let error = refusal {
        $0.global(module, name)
        $0.string("true")
        $0.raw([0x85])
        $0.code("R")
      }
      #expect(error?.code == .refused)
      #expect(error?.message.contains("'\(module).\(name)'") == true)
    }
  }

  @Test("An opcode outside the list is refused with its name")
  func opcodes() {
    for (byte, name) in [
      (0x69, "INST"), (0x6F, "OBJ"), (0x81, "NEWOBJ"), (0x92, "NEWOBJ_EX"), (0x93, "STACK_GLOBAL"), (0x82, "EXT1"),
      (0x50, "PERSID"), (0x30, "POP"), (0x94, "MEMOIZE"), (0x8B, "LONG4"),
    ] as [(UInt8, String)] {
      let error = refusal { $0.raw([byte]) }
      #expect(error?.code == .refused)
      #expect(error?.message.contains("opcode \(name) at byte 2") == true, "\(error?.message ?? "")")
    }
    #expect(refusal { $0.raw([0xFF]) }?.message.contains("unknown opcode 0xff") == true)
  }

  @Test("Calling or setting the state of anything else is refused")
  func calls() {
    let call = refusal {
      $0.int(3)
      $0.code(")")
      $0.code("R")
    }
    #expect(call?.message == "the pickle calls an int")
    let arguments = refusal {
      $0.global("collections", "OrderedDict")
      $0.ints([1])
      $0.code("R")
    }
    #expect(arguments?.message == "OrderedDict is called with arguments")
    let storage = refusal {
      $0.global("torch", "FloatStorage")
      $0.code(")")
      $0.code("R")
    }
    #expect(storage?.message == "the pickle calls torch.FloatStorage")
    let state = refusal {
      $0.code("]")
      $0.emptyDict()
      $0.code("b")
    }
    #expect(state?.message == "the pickle sets the state of a list")
  }

  @Test("An empty stack, an unknown memo and another protocol are refused")
  func malformed() {
    #expect(refusal { _ in }?.code == .malformed)
    #expect(refusal { $0.code("t") }?.code == .malformed)
    #expect(refusal { $0.code("s") }?.code == .malformed)
    #expect(refusal { $0.raw([0x68, 9]) }?.code == .malformed)
    #expect(refusal { $0.raw([0x80, 4]) }?.message.contains("protocol 4") == true)
    // An element below a mark belongs to what encloses it.
    #expect(
      refusal {
        $0.int(1)
        $0.code("(")
        $0.raw([0x85])
      }?.code == .malformed)
  }

  @Test("A million nested tuples and a dict inside itself end without harm")
  func nesting() throws {
    var pickle = PickleWriter()
    pickle.raw([0x29] + [UInt8](repeating: 0x85, count: 1_000_000))
    pickle.code(".")
    #expect(try PickleMachine.run(pickle.bytes[...]).value == .tuple(1_000_000))

    var cycle = PickleWriter()
    cycle.raw([0x7D, 0x71, 0])
    cycle.string("self")
    cycle.raw([0x68, 0, 0x73])
    cycle.code(".")
    let (value, heap) = try PickleMachine.run(cycle.bytes[...])
    #expect(throws: CheckpointError.self) { try heap.stateDict(value) }
  }

  @Test("What is no dict of tensors is refused with what it is instead")
  func otherContent() throws {
    func message(_ write: (inout PickleWriter) -> Void) throws -> String {
      var pickle = PickleWriter()
      write(&pickle)
      pickle.code(".")
      let (value, heap) = try PickleMachine.run(pickle.bytes[...])
      return #expect(throws: CheckpointError.self) { try heap.stateDict(value) }?.message ?? ""
    }
    #expect(try message { $0.code("]") } == "the checkpoint holds a list, a state_dict is expected")
    let epoch = try message {
      $0.emptyDict()
      $0.string("epoch")
      $0.int(7)
      $0.code("s")
    }
    #expect(epoch == "'epoch' is an int, not a tensor: the file is no plain state_dict")
  }

  @Test("Numbers are read in every width and sign")
  func numbers() throws {
    for value in [0, 255, 256, 65_535, 65_536, -1, Int(Int32.min), Int.max, Int.min] {
      var pickle = PickleWriter()
      pickle.int(value)
      pickle.code(".")
      #expect(try PickleMachine.run(pickle.bytes[...]).value == .int(value))
    }
    var pickle = PickleWriter()
    pickle.raw([0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0])
    pickle.code(".")
    #expect(try PickleMachine.run(pickle.bytes[...]).value == .double(1.5))
  }
}
