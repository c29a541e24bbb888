"""Whether callers of a released protocol can go on with the one there is now."""

from __future__ import annotations

from collections.abc import Iterator

from interface import Definition, Interface, Member


def breaking_changes(released: Interface, current: Interface) -> list[str]:
    """What a caller of the released interface would stumble over, a sentence each; empty if nothing.

    A field or value may go when the release had it deprecated and its number and name are reserved now.
    """
    found: list[str] = []
    for name, old in sorted(released.items()):
        new = current.get(name)
        if new is None:
            found.append(f"{old.kind} {name} was removed")
        elif new.kind != old.kind:
            found.append(f"{name} was {old.kind}, is {new.kind}")
        else:
            found += _of_definition(old, new)
    return found


def _of_definition(old: Definition, new: Definition) -> Iterator[str]:
    if new.file != old.file:
        # Generated code is imported by the file's name.
        yield f"{old.kind} {old.name} was in {old.file}, is in {new.file}"
    for member in old.members:
        yield from _of_member(member, old, new)
    for name, signature in old.methods.items():
        if name not in new.methods:
            yield f"method {old.name}.{name} was removed"
        elif new.methods[name] != signature:
            yield f"method {old.name}.{name} was {signature}, is {new.methods[name]}"
    yield from _of_reservations(old, new)


def _of_member(member: Member, old: Definition, new: Definition) -> Iterator[str]:
    what = f"{'value' if old.kind == 'enum' else 'field'} {old.name}.{member.name}"
    same_name = next((each for each in new.members if each.name == member.name), None)
    same_number = next((each for each in new.members if each.number == member.number), None)
    if same_name and same_name.number != member.number:
        yield f"{what} had number {member.number}, has {same_name.number}"
        if same_name.type != member.type:
            yield f"{what} was {member.type!r}, is {same_name.type!r}"
    elif same_name:
        if same_name.type != member.type:
            yield f"{what} was {member.type!r}, is {same_name.type!r}"
    elif same_number:
        yield f"{what} is called {same_number.name}: number {member.number} has another meaning now"
    elif not member.deprecated:
        yield f"{what} was removed without having been deprecated in a release"
    if not same_name and not same_number:
        if member.number not in new.reserved_numbers:
            yield f"{what} was removed, and its number {member.number} is not reserved"
        if member.name not in new.reserved_names:
            yield f"{what} was removed, and its name is not reserved"


def _of_reservations(old: Definition, new: Definition) -> Iterator[str]:
    for number in sorted(old.reserved_numbers - new.reserved_numbers):
        use = next((f", and {each.name} uses it" for each in new.members if each.number == number), "")
        yield f"{old.kind} {old.name} no longer reserves the number {number}{use}"
    for name in sorted(old.reserved_names - new.reserved_names):
        use = ", and it is used" if any(each.name == name for each in new.members) else ""
        yield f"{old.kind} {old.name} no longer reserves the name {name}{use}"
