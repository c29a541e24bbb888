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


class Load:
    """Threads that call Identify and Contrast, one call after the other, until the block ends."""

    def __init__(self, address: str, collection: str, clips: list[pathlib.Path], threads: int = 2, seed: int = 0):
        self._address, self._collection, self._clips = address, collection, clips
        self._contents = {clip: clip.read_bytes() for clip in clips}
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self.calls: list[Call] = []
        self._threads = [threading.Thread(target=self._run, args=(seed + index,)) for index in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count: int) -> None:
        """Until so many calls more have ended."""
        goal = len(self.calls) + count
        while len(self.calls) < goal and all(thread.is_alive() for thread in self._threads):
            time.sleep(0.02)

    def _run(self, seed: int) -> None:
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
                        answer = gateway.Contrast(
                            pb.ContrastRequest(first=audio(clips[0]), second=audio(clips[1])), timeout=30)
                        call.scores = {"": answer.score}
                    call.epoch = answer.epoch
                except grpc.RpcError as error:
                    call.error = f"{error.code().name}: {error.details()}"
                call.end = time.monotonic()
                with self._lock:
                    self.calls.append(call)


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
