"""Processes that hang: SIGSTOP keeps their connections open and lets nothing answer."""

import contextlib
import json
import os
import signal
import time

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
    with people:
        with stalled(getattr(rig, name)):
            begin = time.monotonic()
            eventually(lambda: len([call for call in people.since(begin) if not call.is_answered]) >= 2,
                       what=f"calls that fail while {name} hangs")
        took = people.serves_again(seconds=30)
    print(f"{name}: served again {took:.1f} s after it went on")
    assert not people.verdict()


def test_a_replica_that_hangs_is_left_out(rig, people):
    with people:
        with stalled(rig.embeddings[0]):
            took = people.serves_alone()
        people.serves_again(1)
    print(f"embedding-0: left out after {took:.1f} s")
    assert not people.verdict()
