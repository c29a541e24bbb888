"""Callers of a rig while something is broken, and the verdict on what they were told."""

import itertools
import time

from cluster import eventually
from checker import people, violations
from history import Callers
from test_faults import template
from world import patiently

NUMBERS = itertools.count()
# What one call may take, and how much later than that its end may be seen on a busy machine.
PATIENCE, SLACK = 2.0, 3.0


class Crowd:
    """People enrolled in a collection of their own, and callers who go on enrolling, deleting and identifying."""

    def __init__(self, rig, clips, name: str, seed: int):
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb, gateway_service_pb2_grpc

        self._rig, (self._probes, pairs) = rig, clips
        self.collection = f"faults-rig-{next(NUMBERS)}"
        self.gateway = gateway_service_pb2_grpc.GatewayServiceStub(rig.channel(rig.gateway))
        request = pb.CreateCollectionRequest(collection=self.collection, epoch=rig.epoch)
        patiently(self.gateway.CreateCollection, request)
        self.callers = Callers(rig.gateway.address, self.collection, self._probes, pairs, seed, PATIENCE)
        for number in range(3):
            self.callers.enrol(self.gateway, f"old-{number}", pairs[number * 5])
        assert all(call.is_answered for call in self.callers.calls), self.callers.calls

    def __enter__(self):
        self.callers.__enter__()
        self.callers.wait_for_answers(1)
        return self

    def __exit__(self, *error):
        self.callers.__exit__(*error)

    def serves_again(self, count: int = 2, seconds: float = 60) -> float:
        """Waits until calls of every kind are answered; gives how long that took."""
        begin = time.monotonic()
        self.callers.wait_for_answers(count, seconds)
        return time.monotonic() - begin

    def serves_alone(self, count: int = 15, seconds: float = 40) -> float:
        """Waits until so many recognitions one after the other are answered; gives when the first of them began."""
        begin = time.monotonic()

        def last() -> list:
            return [call for call in self.since(begin) if call.kind in ("identify", "contrast")][-count:]

        eventually(lambda: len(last()) == count and all(call.is_answered for call in last()), seconds,
                   f"{count} recognitions one after the other without a failure")
        return last()[0].begin - begin

    def suffers(self, broken, what: str, seconds: float) -> None:
        """Everybody calls until some calls fail while `broken` lasts, and all are answered soon after it."""
        with self:
            with broken:
                begin = time.monotonic()
                eventually(lambda: len([call for call in self.since(begin) if not call.is_answered]) >= 2,
                           what=f"calls that fail while {what}")
            took = self.serves_again(seconds=seconds)
        print(f"served again {took:.1f} s after {what}")
        assert not self.verdict()

    def leaves_out(self, broken, what: str) -> None:
        """Everybody calls until no call goes to the one of two replicas that is `broken`."""
        with self:
            with broken:
                took = self.serves_alone()
            self.serves_again(1)
        print(f"left out {took:.1f} s after {what}")
        assert not self.verdict()

    def since(self, moment: float) -> list:
        """The calls that began at that moment or later."""
        return [call for call in self.callers.calls if call.begin >= moment]

    def verdict(self) -> list[str]:
        """What is wrong with all that was said, and with what is kept, once everything serves again."""
        calls = self.callers.calls
        wrong = violations(calls, self._rig.golden, self._rig.epoch, "no other epoch")
        wrong += [
            f"{call.kind} took {call.end - call.begin:.1f} s of {PATIENCE} and ended with {call.code}"
            for call in calls if call.end - call.begin > PATIENCE + SLACK]
        wrong += [f"{call.kind} ended with {call.code} and no word of why" for call in calls
                  if not call.is_answered and not call.message]
        quiet = max(call.end for call in calls)
        for speaker, person in people(calls).items():
            wrong += template(
                self._rig, self.gateway, self.collection, self._rig.epoch, speaker, person, quiet, self._probes[0])
        return wrong
