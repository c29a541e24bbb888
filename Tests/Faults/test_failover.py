"""The database's machine goes, its standby takes over, and nothing that was acknowledged is lost."""

import contextlib
import signal
import time

import pytest

from rig import need_network


@contextlib.contextmanager
def killed(rig):
    """It crashes: its connections are closed, and its port refuses new ones."""
    rig.primary.signal(signal.SIGKILL)
    yield


@contextlib.contextmanager
def stopped(rig):
    """It hangs: its connections stay, new ones are taken in, and nothing answers."""
    rig.primary.signal(signal.SIGSTOP)
    yield


@contextlib.contextmanager
def unreachable(rig):
    """Its machine is gone: nobody refuses anything."""
    with need_network(rig).broken(rig.primary.host.name, is_cut=True):
        yield


@pytest.mark.parametrize("way", [killed, stopped, unreachable], ids=lambda way: way.__name__)
def test_a_standby_takes_over(rig, people, way):
    with people:
        with way(rig):
            begin = time.monotonic()
            rig.standby.promote()
            took = people.serves_again()
            calls = people.since(begin)
            # Before its machine can be reached again: two primaries are one too many.
            rig.primary.stop()
        people.serves_again(1)
    rig.replace_primary()
    wrong = people.verdict()
    failed = [call for call in calls if not call.is_answered]
    print(f"{way.__name__}: served again {took:.1f} s after the standby took over, "
          f"{len(failed)} of {len(calls)} calls failed: {sorted({call.code for call in failed})}")
    assert not wrong, "\n".join(wrong[:20])
