"""The check for breaking changes finds each kind of them, and nothing else."""

import pytest

import interface
import protocol
from compatibility import breaking_changes

RELEASED = """
    syntax = "proto3";
    package voiceprint.test.v1;
    service Tests {
      rpc Get(Request) returns (Answer);
      rpc Watch(Request) returns (stream Answer);
    }
    enum Kind {
      reserved 7;
      KIND_UNSPECIFIED = 0;
      KIND_ONE = 1;
      KIND_OLD = 2 [deprecated = true];
    }
    message Request {
      message Part { bytes data = 1; }
      reserved 20, 30 to 32;
      reserved "gone";
      string name = 1;
      repeated double values = 2;
      optional int32 count = 3;
      map<string, string> labels = 4;
      oneof payload {
        Part part = 5;
        string text = 6;
      }
      Kind kind = 7;
      bool old = 8 [deprecated = true];
    }
    message Answer { string name = 1; }
    """


def of(source: str, folder) -> interface.Interface:
    file = folder / "voiceprint" / "test.proto"
    file.parent.mkdir(exist_ok=True)
    file.write_text(source)
    return interface.of_descriptors(protocol.compiled(folder), "voiceprint.test")


@pytest.fixture
def released(tmp_path):
    return of(RELEASED, tmp_path)


def test_the_text_holds_all_of_an_interface(released):
    text = interface.text(released)
    assert interface.parsed(text) == released
    for line in ("  5 part: voiceprint.test.v1.Request.Part oneof payload", "  4 labels: map<string, string>",
                 "  3 count: optional int32", "  2 values: repeated double", "  reserved 20, 30 to 32, gone",
                 "  8 old: bool [deprecated]", "  2 KIND_OLD [deprecated]",
                 "  Watch(voiceprint.test.v1.Request): stream voiceprint.test.v1.Answer"):
        assert line in text.splitlines()
    with pytest.raises(ValueError, match="line 1 "):
        interface.parsed("  1 name: string")


@pytest.mark.parametrize("old, new, words", [
    # Fields
    ("string name = 1;\n      rep", "rep", ["Request.name was removed without", "number 1 is not reserved",
                                           "its name is not reserved"]),
    ("string name = 1;\n      rep", "reserved 1; reserved 'name'; rep", ["Request.name was removed without"]),
    ("string name = 1;\n      rep", "string name = 10;\n      rep", ["Request.name had number 1, has 10"]),
    ("string name = 1;\n      rep", "string title = 1;\n      rep", ["Request.name is called title"]),
    ("string name = 1;\n      rep", "bytes name = 1;\n      rep", ["Request.name was 'string', is 'bytes'"]),
    ("string name = 1;\n      rep", "string name = 1 [json_name = 'n'];\n      rep", ["is 'string json n'"]),
    ("repeated double values", "double values", ["Request.values was 'repeated double', is 'double'"]),
    ("optional int32 count", "int32 count", ["Request.count was 'optional int32', is 'int32'"]),
    ("map<string, string> labels", "map<string, bytes> labels", ["Request.labels was 'map<string, string>'"]),
    ("Kind kind = 7", "int32 kind = 7", ["Request.kind was 'voiceprint.test.v1.Kind', is 'int32'"]),
    ("oneof payload {\n        Part part = 5;", "Part part = 5; oneof payload {", ["Request.part was"]),
    ("Kind kind = 7;", "oneof more { Kind kind = 7; }", ["Request.kind was"]),
    ("bool old = 8 [deprecated = true];", "", ["number 8 is not reserved", "its name is not reserved"]),
    ("bool old = 8 [deprecated = true];", "reserved 8;", ["its name is not reserved"]),
    # What is reserved stays so.
    ("reserved 20, 30 to 32;", "reserved 20, 30, 32;", ["Request no longer reserves the number 31"]),
    ("reserved 20, 30 to 32;", "reserved 30 to 32; string fresh = 20;", ["the number 20, and fresh uses it"]),
    ('reserved "gone";', "", ["Request no longer reserves the name gone"]),
    ('reserved "gone";', "string gone = 40;", ["the name gone, and it is used"]),
    ("reserved 7;", "", ["Kind no longer reserves the number 7"]),
    # Enumerations
    ("KIND_ONE = 1;", "", ["KIND_ONE was removed", "number 1 is not", "name is not"]),
    ("KIND_ONE = 1;", "KIND_FIRST = 1;", ["KIND_ONE is called KIND_FIRST"]),
    ("KIND_ONE = 1;", "KIND_ONE = 3;", ["KIND_ONE had number 1, has 3"]),
    # Definitions
    ("message Answer { string name = 1; }", "message Reply { string name = 1; }\n    message Answer {}",
     ["Answer.name was removed", "number 1 is not", "name is not"]),
    ("message Part { bytes data = 1; }", "enum Part { PART_UNSPECIFIED = 0; }",
     ["Request.Part was message, is enum"]),
    # Methods
    ("rpc Get(Request) returns (Answer);", "", ["method voiceprint.test.v1.Tests.Get was removed"]),
    ("rpc Get(Request)", "rpc Get(Answer)", ["method voiceprint.test.v1.Tests.Get was"]),
    ("rpc Get(Request) returns (Answer)", "rpc Get(Request) returns (Request)", ["Tests.Get was"]),
    ("returns (stream Answer)", "returns (Answer)", ["Tests.Watch was"]),
    ("rpc Watch(Request)", "rpc Watch(stream Request)", ["Tests.Watch was"]),
])
def test_what_breaks_callers_is_found(released, tmp_path, old, new, words):
    assert RELEASED.count(old) == 1
    found = breaking_changes(released, of(RELEASED.replace(old, new), tmp_path))
    assert len(found) == len(words), found
    for sentence, part in zip(found, words):
        assert part in sentence


def test_lost_definitions_and_files_are_found(released, tmp_path):
    nothing = of('syntax = "proto3"; package voiceprint.test.v1;', tmp_path)
    names = [sentence.split()[1] for sentence in breaking_changes(released, nothing)]
    assert names == sorted(released) and len(names) == 5
    (tmp_path / "voiceprint" / "test.proto").unlink()
    (tmp_path / "voiceprint" / "moved.proto").write_text(RELEASED)
    moved = interface.of_descriptors(protocol.compiled(tmp_path), "voiceprint.test")
    assert all("is in voiceprint/moved.proto" in each for each in breaking_changes(released, moved))
    assert len(breaking_changes(released, moved)) == 5


@pytest.mark.parametrize("old, new", [
    ("string name = 1;\n      rep", "string name = 1; string more = 9;\n      rep"),
    ("string name = 1;\n      rep", "string name = 1 [deprecated = true];\n      rep"),
    ("bool old = 8 [deprecated = true];", "reserved 8; reserved 'old';"),
    ("KIND_OLD = 2 [deprecated = true];", "reserved 2; reserved 'KIND_OLD'; KIND_NEW = 3;"),
    ("string text = 6;", "string text = 6; bytes raw = 9;"),
    ("message Answer {", "message Another {}\n    message Answer {"),
    ("rpc Get(Request) returns (Answer);", "rpc Get(Request) returns (Answer); rpc Put(Answer) returns (Answer);"),
    ("reserved 20, 30 to 32;", "reserved 20 to 35;"),
    ("message Request {", "// Another comment.\n    message Request {"),
])
def test_what_breaks_nobody_is_let_pass(released, tmp_path, old, new):
    assert RELEASED.count(old) == 1
    assert breaking_changes(released, of(RELEASED.replace(old, new), tmp_path)) == []
