"""Clocks that jump: a day forward and back again, while everybody calls."""

import contextlib
import json
import pathlib
import subprocess

import grpc
import pytest

from cluster import BIN, eventually

LIBRARY = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
DAY = 86_400


class Clock:
    """The clock of processes that were started with its environment, which can be set while they run."""

    def __init__(self, file: pathlib.Path):
        self._file = file
        # The clock that only ever goes on is left alone, as it is when somebody sets a machine's time.
        self.environment = {
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.jump(0)

    def jump(self, seconds: int) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.chmod(0o644)
        new.rename(self._file)


@contextlib.contextmanager
def faked(rig, clock):
    """Gateway, registry and database by that clock."""
    parts = [rig.primary, rig.registry, rig.gateway]

    def restart(environment):
        for part in reversed(parts):
            part.stop()
            part.environment = environment
        for part in parts:
            part.start()

    restart(clock.environment)
    try:
        yield
    finally:
        restart({})


def test_a_clock_that_jumps_ends_keys_and_nothing_else(rig, people):
    if LIBRARY is None:
        pytest.skip("no libfaketime: deploy/install-deps.sh test")
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb

    made = subprocess.run(
        [BIN / "voiceprint", "keys", "create", "short", "--scopes", "recognize", "--expires-in", "1", "--database",
         rig.database, "--json"], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    key = json.loads(made.stdout)["key"]

    def code() -> str:
        try:
            people.gateway.ListCollections(
                pb.ListCollectionsRequest(), timeout=10, metadata=[("authorization", f"Bearer {key}")])
        except grpc.RpcError as error:
            return f"{error.code().name}: {error.details()}"
        return "OK"

    clock = Clock(rig.folder / "clock")
    with faked(rig, clock), people:
        assert code() == "OK"
        for offset, expected in ((2 * DAY, "UNAUTHENTICATED"), (-2 * DAY, "OK"), (0, "OK")):
            clock.jump(offset)
            people.serves_again(3)
            # A process looks for the new time once a second, and not before it asks for the time again.
            what = f"{expected} with the clock at {offset // DAY:+d} days"
            eventually(lambda: code().startswith(expected), what=what)
            print(f"clock at {offset // DAY:+d} days: {code()}")
    assert not people.verdict()
