"""More calls than the database has connections for, and none of them comes back."""

import concurrent.futures
import contextlib
import subprocess
import time

import grpc

from crowd import PATIENCE

CALLS = 24


@contextlib.contextmanager
def held_up(primary):
    """A transaction of somebody else's holds the people's table for itself, and every statement that needs it waits."""
    session = subprocess.Popen(
        ["psql", "-XAtq", "-h", primary.folder, "-p", str(primary.port), "-U", "voiceprint", "-d", "voiceprint"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    session.stdin.write("BEGIN; LOCK TABLE speakers IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
    session.stdin.flush()
    assert session.stdout.readline() == "held\n"
    try:
        yield
    finally:
        session.communicate("ROLLBACK;\n", timeout=30)


def test_calls_beyond_the_connections_are_refused_and_the_rest_goes_on(rig, people):
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb

    def listed(seconds: float):
        try:
            people.gateway.ListSpeakers(pb.ListSpeakersRequest(collection=people.collection), timeout=seconds)
        except grpc.RpcError as error:
            return error.code().name, error.details()
        return "OK", ""

    with people, concurrent.futures.ThreadPoolExecutor(CALLS) as callers:
        with held_up(rig.primary):
            begin = time.monotonic()
            answers = list(callers.map(listed, [4.0] * CALLS))
            took = time.monotonic() - begin
        took_again = people.serves_again()
        after = listed(PATIENCE)
    kinds = {code: [text for other, text in answers if other == code] for code, _ in answers}
    print(f"pool: {[(code, len(texts), texts[0]) for code, texts in kinds.items()]} in {took:.1f} s, "
          f"served again after {took_again:.1f} s")
    assert kinds.keys() <= {"RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"}
    assert any("connections to the database stayed in use" in text for text in kinds["RESOURCE_EXHAUSTED"])
    assert after[0] == "OK"
    assert not people.verdict()
