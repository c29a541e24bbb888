"""A constant load of calls, each of which is written down with its answer; and the judge of what was written."""

import dataclasses
import itertools
import pathlib
import random
import threading
import time

import grpc

# Largest difference of a score from the one computed alone, by another order of rounding.
TOLERANCE = 1e-4


@dataclasses.dataclass
class Call:
    kind: str
    clips: tuple
    begin: float
    end: float = 0.0
    error: str = ""
    epoch: str = ""
    # Speaker to score; a contrast has one score under "".
    scores: dict = dataclasses.field(default_factory=dict)
    speaker: str = ""
    # The epoch that was asked for, where one was.
    wanted: str = ""
    threshold: float = 0.0
    accepted: bool = False


class Load:
    """Threads that call Identify and Contrast, one call after the other, until the block ends."""

    def __init__(
            self, address: str, collection: str, clips: list[pathlib.Path], epochs: tuple[str, ...] = ("",),
            threads: int = 2, seed: int = 0):
        self._address, self._collection, self._clips, self._epochs = address, collection, clips, epochs
        self._contents = {clip: clip.read_bytes() for clip in clips}
        self._ends = threading.Event()
        self._changed = threading.Condition()
        self.calls: list[Call] = []
        self._broken: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, args=(seed + index,)) for index in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        for thread in self._threads:
            thread.join()
        if self._broken:
            raise AssertionError("a caller ended before its time") from self._broken[0]

    def wait_for(self, count: int) -> None:
        """Until so many calls more have ended."""
        goal = len(self.calls) + count
        with self._changed:
            self._changed.wait_for(lambda: len(self.calls) >= goal or self._broken, timeout=300)
        assert len(self.calls) >= goal, f"{goal - len(self.calls)} calls are missing: {self._broken}"

    def _run(self, seed: int) -> None:
        try:
            self._call_on(seed)
        except BaseException as error:  # told where the block ends
            with self._changed:
                self._broken.append(error)
                self._changed.notify_all()

    def _call_on(self, seed: int) -> None:
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb, gateway_service_pb2_grpc
        from voiceprint.types.v1 import audio_pb2

        def audio(clip):
            return audio_pb2.Audio(content=self._contents[clip])

        draw = random.Random(seed)
        # A channel of its own: threads must not wait for each other's connection.
        options = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(self._address, options=options) as channel:
            gateway = gateway_service_pb2_grpc.GatewayServiceStub(channel)
            for number in itertools.count():
                if self._ends.is_set():
                    return
                clips = tuple(draw.sample(self._clips, 2))
                kind = ("identify", "contrast")[number % 2]
                call = Call(kind, clips, time.monotonic())
                try:
                    if kind == "identify":
                        answer = gateway.Identify(
                            pb.IdentifyRequest(collection=self._collection, audio=audio(clips[0])), timeout=30)
                        call.scores = {match.speaker_id: match.score for match in answer.candidates}
                        call.speaker = answer.speaker_id
                    else:
                        # Under both epochs in turn, named: they serve beside each other.
                        wanted = self._epochs[number // 2 % len(self._epochs)]
                        answer = gateway.Contrast(
                            pb.ContrastRequest(first=audio(clips[0]), second=audio(clips[1]), epoch=wanted),
                            timeout=30)
                        call.scores = {"": answer.score}
                        call.wanted = wanted
                    call.epoch = answer.epoch
                    call.threshold = answer.threshold
                    call.accepted = answer.decision == pb.DECISION_ACCEPTED
                except grpc.RpcError as error:
                    call.error = f"{error.code().name}: {error.details()}"
                call.end = time.monotonic()
                with self._changed:
                    self.calls.append(call)
                    self._changed.notify_all()


def judge(calls: list[Call], golden: dict) -> list[str]:
    """What is wrong with the answers: every score must be that of the epoch which the answer names."""
    wrong = []
    for call in calls:
        if call.error:
            continue
        if call.epoch not in golden:
            wrong.append(f"{call.kind}: epoch '{call.epoch}' is none of {sorted(golden)}")
            continue
        truth = golden[call.epoch]
        if call.wanted and call.wanted != call.epoch:
            wrong.append(f"{call.kind}: asked for epoch {call.wanted}, answered in {call.epoch}")
        if abs(call.threshold - truth.threshold) > 1e-6:
            wrong.append(f"{call.kind}: threshold {call.threshold} instead of {truth.threshold} of epoch {call.epoch}")
        if call.accepted != (max(call.scores.values(), default=-2) >= call.threshold):
            wrong.append(f"{call.kind}: accepted is {call.accepted} at {call.scores}, threshold {call.threshold}")
        for speaker, score in call.scores.items():
            expected = truth.score(call.clips[0], speaker) if speaker else truth.contrast(*call.clips)
            if abs(score - expected) > TOLERANCE:
                wrong.append(
                    f"{call.kind} {[clip.name for clip in call.clips]} {speaker or ''}: {score} instead of {expected}"
                    f" in epoch {call.epoch}")
        if call.kind == "identify" and max(call.scores, key=call.scores.get, default="") != truth.best(call.clips[0]):
            wrong.append(f"identify {call.clips[0].name}: the best is not {truth.best(call.clips[0])}: {call.scores}")
    return wrong


def percentile(calls: list[Call], share: float) -> float:
    """Milliseconds in which so many of the calls were answered."""
    times = sorted(call.end - call.begin for call in calls if not call.error)
    return 1000 * times[min(len(times) - 1, int(share * len(times)))] if times else float("nan")
