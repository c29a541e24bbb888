"""Networks that are slow, that lose packets, and that lead nowhere."""

import time

import pytest

from cluster import eventually
from rig import need_network


def test_a_slow_and_lossy_network_costs_time_alone(rig, people):
    """Everything between everybody: 5 ms more for each packet, and one in two hundred is lost."""
    network = need_network(rig)
    with people:
        before = network.lost
        with network.broken(*network.hosts, peers=list(network.hosts), delay=0.005, loss=0.005):
            people.serves_again(3)
        lost = network.lost - before
    print(f"{lost} of {network.packets} packets lost")
    assert lost > 0
    assert not people.verdict()


@pytest.mark.parametrize("name", ["gateway", "feature", "registry", "primary"])
def test_who_cannot_be_reached_costs_calls_their_time_and_nothing_else(rig, people, name, request):
    if name in ("gateway", "feature") and not request.config.getoption("--full"):
        pytest.skip("with --full only: the same way on as for a registry")
    cut = need_network(rig).broken(getattr(rig, name).host.name, is_cut=True)
    people.suffers(cut, f"nothing reaches {name}", seconds=60)


def test_a_replica_that_cannot_be_reached_is_left_out(rig, people):
    people.leaves_out(need_network(rig).broken("embedding-0", is_cut=True), "nothing reaches embedding-0")


def test_registry_and_embeddings_apart_change_nothing(rig, people):
    """Replicas go on with the epochs that they have."""
    with people:
        with need_network(rig).broken("registry", peers=["embedding-0", "embedding-1"], is_cut=True):
            begin = time.monotonic()
            people.serves_again(5)
            failed = [call for call in people.since(begin) if not call.is_answered and call.code != "NOT_FOUND"]
    assert not failed, failed[0]
    assert not people.verdict()


def test_without_its_standby_the_database_acknowledges_nothing(rig, people):
    """Primary and standby apart: enrolments end without an answer, and recognition goes on."""
    with people:
        with need_network(rig).broken("primary", peers=["standby"], is_cut=True):
            begin = time.monotonic()
            eventually(lambda: [call for call in people.since(begin) if call.kind == "enrol" and not call.is_answered],
                       what="an enrolment that is not acknowledged")
            seen = time.monotonic()
            eventually(lambda: [call for call in people.since(seen) if call.kind == "identify" and call.is_answered],
                       what="a recognition meanwhile")
        people.serves_again(seconds=60)
    answered = [call for call in people.since(begin) if call.kind == "enrol" and call.is_answered]
    assert answered, "enrolments are acknowledged again"
    assert not people.verdict()
