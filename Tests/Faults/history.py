"""Callers who enrol, delete, identify and compare without a pause, and write every call down with its answer."""

import dataclasses
import itertools
import random
import threading
import time

import grpc

# What a call may say while processes are killed: "not now". Anything else is a wrong answer.
NOT_NOW = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED", "CANCELLED"}


@dataclasses.dataclass
class Call:
    """One call: `speaker` is who was enrolled or deleted, `clips` what was sent."""
    kind: str
    begin: float
    speaker: str = ""
    clips: tuple = ()
    end: float = 0.0
    code: str = "OK"
    message: str = ""
    epoch: str = ""
    # Scores by speaker; a contrast has one under "".
    scores: dict = dataclasses.field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        return self.code == "OK"


class Callers:
    """Threads that call until the block ends. `pairs` are recordings to enrol people with, two of each."""

    def __init__(self, address: str, collection: str, probes: list, pairs: list, seed: int,
                 seconds: float = 10):
        """Each call has `seconds` to be answered."""
        self._address, self._collection = address, collection
        self._probes, self._pairs, self._seed = probes, pairs, seed
        self._contents = {clip: clip.read_bytes() for clip in [*probes, *itertools.chain(*pairs)]}
        self._seconds = seconds
        self._over = threading.Event()
        self._changed = threading.Condition()
        self.calls: list[Call] = []
        self._threads = [threading.Thread(target=self._run, args=(kind,)) for kind in ("recognise", "enrol")]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_answers(self, count: int, seconds: float = 60) -> None:
        """Until so many more calls of each kind were answered."""
        with self._changed:
            begin = len(self.calls)

            def answered():
                kinds = [call.kind for call in self.calls[begin:] if call.is_answered]
                return all(kinds.count(kind) >= count for kind in ("identify", "contrast", "enrol"))

            if not self._changed.wait_for(answered, seconds):
                last = [f"{call.kind}: {call.code} {call.message}" for call in self.calls[-5:]]
                raise AssertionError(f"the cluster does not answer again; the last calls: {last}")

    def _run(self, work: str) -> None:
        from voiceprint.gateway.v1 import gateway_service_pb2_grpc

        draw = random.Random(f"{self._seed} {work}")
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 500)]
        with grpc.insecure_channel(self._address, options=options) as channel:
            gateway = gateway_service_pb2_grpc.GatewayServiceStub(channel)
            for number in itertools.count():
                if self._over.is_set():
                    return
                steps = (self._identify, self._contrast) if work == "recognise" else (self._enrol, self._change)
                steps[number % 2](gateway, draw, number)
                if work == "enrol":
                    self._over.wait(0.1)  # the rate of enrolments: a promotion must be able to catch up

    def _call(self, call: Call, body) -> None:
        try:
            body(call)
        except grpc.RpcError as error:
            call.code, call.message = error.code().name, error.details()
        call.end = time.monotonic()
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
        if not call.is_answered:
            self._over.wait(0.05)  # refusals by a closed port come thousands a second, and tell no more

    def _audio(self, clip):
        from voiceprint.types.v1 import audio_pb2

        return audio_pb2.Audio(content=self._contents[clip])

    def _identify(self, gateway, draw, _):
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb

        def body(call):
            request = pb.IdentifyRequest(collection=self._collection, audio=self._audio(call.clips[0]), top_k=1000)
            answer = gateway.Identify(request, timeout=self._seconds)
            call.epoch = answer.epoch
            call.scores = {match.speaker_id: match.score for match in answer.candidates}

        self._call(Call("identify", time.monotonic(), clips=(draw.choice(self._probes),)), body)

    def _contrast(self, gateway, draw, _):
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb

        def body(call):
            first, second = (self._audio(clip) for clip in call.clips)
            answer = gateway.Contrast(pb.ContrastRequest(first=first, second=second), timeout=self._seconds)
            call.epoch, call.scores = answer.epoch, {"": answer.score}

        self._call(Call("contrast", time.monotonic(), clips=tuple(draw.sample(self._probes, 2))), body)

    def _enrol(self, gateway, draw, number):
        """Somebody new each time, so that who is enrolled follows from which calls took effect."""
        self.enrol(gateway, f"new-{number}", draw.choice(self._pairs))

    def enrol(self, gateway, speaker: str, pair: tuple) -> None:
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb

        def body(call):
            audios = [self._audio(clip) for clip in call.clips]
            request = pb.EnrollRequest(collection=self._collection, speaker_id=speaker, audios=audios)
            call.epoch = gateway.Enroll(request, timeout=self._seconds).epoch

        self._call(Call("enrol", time.monotonic(), speaker=speaker, clips=pair), body)

    def _change(self, gateway, draw, number):
        """One in three of those who were enrolled goes again."""
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb

        def body(_):
            request = pb.DeleteSpeakerRequest(collection=self._collection, speaker_id=f"new-{number - 1}")
            gateway.DeleteSpeaker(request, timeout=self._seconds)

        if draw.random() < 1 / 3:
            self._call(Call("delete", time.monotonic(), speaker=f"new-{number - 1}"), body)
