"""The protocol of this repository: callers of the last release can go on, and its form is that of its rules."""

import pathlib
import re

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto

import interface
import protocol
from compatibility import breaking_changes


@pytest.fixture(scope="module")
def files() -> list[FileDescriptorProto]:
    every = protocol.compiled(comments=True).file
    return [file for file in every if file.package.startswith(f"{protocol.PACKAGE}.")]


def test_callers_of_the_last_release_can_go_on():
    released = interface.parsed(protocol.RELEASED.read_text())
    assert len(released) > 100
    current = interface.of_descriptors(protocol.compiled(), protocol.PACKAGE)
    broken = breaking_changes(released, current)
    assert not broken, "\n".join(["see Protos/README.md:", *broken])


def test_packages_have_a_version_and_are_named_as_their_folders(files):
    assert len(files) >= 10
    for file in files:
        assert pathlib.PurePath(file.name).parent == pathlib.PurePath(*file.package.split("."))
        assert re.search(r"\.v[1-9][0-9]*$", file.package), file.name
        # Every field may be left out, so that none is needed by accident.
        assert file.syntax == "proto3", file.name


def test_each_method_has_messages_of_its_own(files):
    used = set()
    for file in files:
        for service in file.service:
            for method in service.method:
                for message, kind in ((method.input_type, "Request"), (method.output_type, "Response")):
                    assert message == f".{file.package}.{method.name}{kind}", f"{service.name}.{method.name}"
                    assert message not in used
                    used.add(message)


def test_no_value_of_an_enumeration_stands_for_what_was_never_said(files):
    def enumerations(holder, scope):
        yield from ((f"{scope}.{each.name}", each) for each in holder.enum_type)
        for message in getattr(holder, "message_type", getattr(holder, "nested_type", ())):
            yield from enumerations(message, f"{scope}.{message.name}")

    found = [each for file in files for each in enumerations(file, file.package)]
    assert len(found) > 5
    for name, enumeration in found:
        prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", enumeration.name).upper()
        assert (enumeration.value[0].number, enumeration.value[0].name) == (0, f"{prefix}_UNSPECIFIED"), name
        assert all(value.name.startswith(f"{prefix}_") for value in enumeration.value), name


def test_everything_says_what_it_is_in_words_of_its_own(files):
    bare, count = [], 0
    for file in files:
        for location in file.source_code_info.location:
            name = _definition(file, location.path)
            if name is None:
                continue
            count += 1
            words = re.findall(r"[A-Za-z0-9%]+", location.leading_comments)
            if len(words) < 2 or not location.leading_comments.rstrip().endswith((".", ")")):
                bare.append(f"{file.name}: {name}: {location.leading_comments.strip()!r}")
    assert count > 600 and not bare, "\n".join(bare)


def _definition(file, path) -> str | None:
    """The name of the message, field, oneof, enumeration, value, service or method at a path of source information."""
    holder, names = file, []
    for kind, index in zip(path[::2], path[1::2]):
        field = holder.DESCRIPTOR.fields_by_number[kind]
        if field.name not in ("message_type", "nested_type", "field", "oneof_decl", "enum_type", "value", "service",
                              "method"):
            return None
        holder = getattr(holder, field.name)[index]
        names.append(holder.name)
    return ".".join(names) if names and len(path) % 2 == 0 else None
