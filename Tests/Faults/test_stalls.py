"""Processes that hang: SIGSTOP keeps their connections open and lets nothing answer."""

import contextlib
import json
import os
import signal

import pytest

from cluster import eventually
from history import Callers
from matrix import Scenario
from checker import violations
from test_faults import aftermath, start, stubs, wait_for_end
from world import patiently


@contextlib.contextmanager
def stalled(part):
    part.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        part.signal(signal.SIGCONT)


@pytest.mark.parametrize("name", ["gateway", "feature", "registry", "primary"])
def test_what_hangs_costs_calls_their_time_and_nothing_else(rig, people, name):
    people.suffers(stalled(getattr(rig, name)), f"{name} hangs", seconds=30)


def test_a_replica_that_hangs_is_left_out(rig, people):
    people.leaves_out(stalled(rig.embeddings[0]), "embedding-0 hangs")


def test_a_trainer_that_hangs_in_a_promotion_is_replaced(world, clips, tmp_path):
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb
    from voiceprint.types.v1 import people_pb2

    probes, pairs = clips
    name, (old, new) = "faults-hanging-trainer", world.epochs
    scenario = Scenario("trainer", "promotion.before_store", 0)
    _, _, gateway = stubs(world)
    patiently(gateway.CreateCollection, pb.CreateCollectionRequest(
        collection=name, epoch=old, retain_audio=people_pb2.AUDIO_RETENTION_ENCRYPTED))
    callers = Callers(world.address("gateway"), name, probes, pairs, scenario.seed)
    for number in range(3):
        callers.enrol(gateway, f"old-{number}", pairs[number * 5])
    mark = tmp_path / "reached"
    world.restart("trainer-0", f"{scenario.place}=pause:{mark}")
    with callers:
        promotion = start(world, name, new, scenario)
        eventually(mark.exists, seconds=60, what="the promotion's way to its first voiceprints")
        os.kill(world.pid("trainer-0"), signal.SIGSTOP)
        second = json.loads(world.cluster.command("start", "trainer", "--json").stdout)
        ended = wait_for_end(world, promotion)
        mark.unlink()
        os.kill(world.pid("trainer-0"), signal.SIGCONT)
        callers.wait_for_answers(2)
    found = violations(callers.calls, world.golden, old, new)
    found += aftermath(world, callers, (name, old, new), ended, probes)
    os.kill(second["pid"], signal.SIGTERM)
    patiently(gateway.DeleteCollection, pb.DeleteCollectionRequest(collection=name))
    assert not found, "\n".join(found[:20])
