"""What callers of a protocol depend on, as a text that people can read: every message, field, value and method.

A definition is a line that begins with its kind, its parts are the lines below it:

    message voiceprint.types.v1.Audio in voiceprint/types/v1/audio.proto
      1 content: bytes
      2 encoding: voiceprint.types.v1.Audio.Encoding
      reserved 5, 7 to 9, old_name

    enum voiceprint.types.v1.Audio.Encoding in voiceprint/types/v1/audio.proto
      0 ENCODING_UNSPECIFIED

    service voiceprint.gateway.v1.GatewayService in voiceprint/gateway/v1/gateway_service.proto
      Embed(voiceprint.gateway.v1.EmbedRequest): voiceprint.gateway.v1.EmbedResponse
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator

from google.protobuf.descriptor_pb2 import (
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, ServiceDescriptorProto,
)

_TYPES = {number: name.removeprefix("TYPE_").lower() for name, number in FieldDescriptorProto.Type.items()}


@dataclasses.dataclass(frozen=True)
class Member:
    """A field or a value of an enumeration.

    `type` says everything about what it holds: "repeated double", "map<string, string>", "optional bool", "bytes oneof
    part"; it is empty for values of enumerations.
    """

    number: int
    name: str
    type: str = ""
    deprecated: bool = False

    def __str__(self) -> str:
        kind = f": {self.type}" if self.type else ""
        return f"{self.number} {self.name}{kind}{' [deprecated]' if self.deprecated else ''}"


@dataclasses.dataclass
class Definition:
    """A message, an enumeration or a service of a file."""

    kind: str
    name: str
    file: str
    members: list[Member] = dataclasses.field(default_factory=list)
    methods: dict[str, str] = dataclasses.field(default_factory=dict)
    reserved_numbers: set[int] = dataclasses.field(default_factory=set)
    reserved_names: set[str] = dataclasses.field(default_factory=set)

    def lines(self) -> Iterator[str]:
        yield f"{self.kind} {self.name} in {self.file}"
        yield from (f"  {member}" for member in self.members)
        yield from (f"  {name}{signature}" for name, signature in self.methods.items())
        if self.reserved_numbers or self.reserved_names:
            reserved = [*_ranges(self.reserved_numbers), *sorted(self.reserved_names)]
            yield f"  reserved {', '.join(reserved)}"


Interface = dict[str, Definition]
"""Definitions by their full names."""


def of_descriptors(descriptors: FileDescriptorSet, package: str) -> Interface:
    """The interface of all files whose package is `package` or inside it."""
    found: Interface = {}
    for file in descriptors.file:
        if f"{file.package}.".startswith(f"{package}."):
            definitions = [*_messages(file.message_type, file.package, file.name),
                           *(_enumeration(each, file.package, file.name) for each in file.enum_type),
                           *(_service(each, file.package, file.name) for each in file.service)]
            found.update((each.name, each) for each in definitions)
    return found


def text(interface: Interface) -> str:
    return "\n\n".join("\n".join(interface[name].lines()) for name in sorted(interface)) + "\n"


def parsed(content: str) -> Interface:
    """The interface of what `text` gave; ValueError names a line that it cannot have given."""
    found: Interface = {}
    definition = None
    for number, line in enumerate(content.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        head = re.fullmatch(r"(message|enum|service) (\S+) in (\S+)", line)
        if head:
            definition = found[head[2]] = Definition(*head.groups())
        elif definition is None or not _parse_part(definition, line):
            raise ValueError(f"line {number} is no part of an interface: {line!r}")
    return found


def _parse_part(definition: Definition, line: str) -> bool:
    if reserved := re.fullmatch(r"  reserved (.+)", line):
        for part in reserved[1].split(", "):
            bounds = re.fullmatch(r"(-?\d+)(?: to (-?\d+))?", part)
            if bounds:
                definition.reserved_numbers.update(range(int(bounds[1]), int(bounds[2] or bounds[1]) + 1))
            else:
                definition.reserved_names.add(part)
    elif member := re.fullmatch(r"  (-?\d+) (\w+)(?:: (.+?))??( \[deprecated\])?", line):
        definition.members.append(Member(int(member[1]), member[2], member[3] or "", bool(member[4])))
    elif method := re.fullmatch(r"  (\w+)(\(.+)", line):
        definition.methods[method[1]] = method[2]
    else:
        return False
    return True


def _numbers(name: str, ranges: Iterable[tuple[int, int]]) -> set[int]:
    numbers: set[int] = set()
    for first, last in ranges:
        if last - first > 1000:
            raise ValueError(f"{name} reserves {first} to {last}: reserve the numbers that were used")
        numbers.update(range(first, last + 1))
    return numbers


def _ranges(numbers: set[int]) -> Iterator[str]:
    rest = sorted(numbers)
    while rest:
        count = next((i for i, each in enumerate(rest) if each != rest[0] + i), len(rest))
        yield f"{rest[0]}" if count == 1 else f"{rest[0]} to {rest[count - 1]}"
        rest = rest[count:]


def _messages(messages: Iterable[DescriptorProto], scope: str, file: str) -> Iterator[Definition]:
    for message in messages:
        if message.options.map_entry:
            continue
        name = f"{scope}.{message.name}"
        yield Definition(
            "message", name, file, [_field(each, message) for each in sorted(message.field, key=lambda f: f.number)],
            reserved_numbers=_numbers(name, ((each.start, each.end - 1) for each in message.reserved_range)),
            reserved_names=set(message.reserved_name))
        yield from _messages(message.nested_type, name, file)
        yield from (_enumeration(each, name, file) for each in message.enum_type)


def _field(field: FieldDescriptorProto, message: DescriptorProto) -> Member:
    kind = _type(field)
    entry = next((each for each in message.nested_type if each.options.map_entry
                  and field.type_name.endswith(f".{message.name}.{each.name}")), None)
    if entry:
        kind = f"map<{', '.join(_type(each) for each in entry.field)}>"
    elif field.label != FieldDescriptorProto.LABEL_OPTIONAL:
        kind = f"{FieldDescriptorProto.Label.Name(field.label).removeprefix('LABEL_').lower()} {kind}"
    elif field.proto3_optional:
        kind = f"optional {kind}"
    elif field.HasField("oneof_index"):
        kind += f" oneof {message.oneof_decl[field.oneof_index].name}"
    if field.json_name not in ("", _json_name(field.name)):
        kind += f" json {field.json_name}"
    return Member(field.number, field.name, kind, field.options.deprecated)


def _type(field: FieldDescriptorProto) -> str:
    return field.type_name.removeprefix(".") or _TYPES[field.type]


def _json_name(name: str) -> str:
    return re.sub(r"_(.)", lambda letter: letter[1].upper(), name)


def _enumeration(enumeration: EnumDescriptorProto, scope: str, file: str) -> Definition:
    return Definition(
        "enum", f"{scope}.{enumeration.name}", file,
        [Member(each.number, each.name, deprecated=each.options.deprecated) for each in enumeration.value],
        # Other than a message's, an enumeration's ranges include their ends.
        reserved_numbers=_numbers(
            enumeration.name, ((each.start, each.end) for each in enumeration.reserved_range)),
        reserved_names=set(enumeration.reserved_name))


def _service(service: ServiceDescriptorProto, scope: str, file: str) -> Definition:
    def kind(streams: bool, name: str) -> str:
        return f"{'stream ' if streams else ''}{name.removeprefix('.')}"

    return Definition("service", f"{scope}.{service.name}", file, methods={
        each.name: f"({kind(each.client_streaming, each.input_type)}): "
                   f"{kind(each.server_streaming, each.output_type)}"
        for each in service.method})
