"""Recognition while people speak: IdentifyStream, over the public door."""

import array
import math
import random
import struct
import time

import grpc
import pytest

import voices
from cluster import eventually
from test_recognition import audio, clip, enroll, identify, pb
from voices import ANN, BOB, EVE, voice, wav

RATE = 16000


def pcm(samples) -> bytes:
    return array.array("h", (int(max(-1, min(1, sample)) * 32767) for sample in samples)).tobytes()


def silence(seconds: float, seed: int = 0) -> list[float]:
    noise = random.Random(seed)
    return [0.0005 * noise.gauss(0, 1) for _ in range(int(seconds * RATE))]


@pytest.fixture(scope="module")
def talk() -> bytes:
    """Ann, a pause, Bob, a pause, somebody else; 16-bit samples."""
    parts = [silence(1), voice(**ANN, seconds=4, seed=5), silence(1.5, 1), voice(**BOB, seconds=3, seed=6),
             silence(1.5, 2), voice(**EVE, seconds=3, seed=7), silence(1.2, 3)]
    return pcm(sum(parts, []))


@pytest.fixture
def people(gateway, collection):
    enroll(gateway, collection, "ann", clip(ANN, 1), clip(ANN, 2))
    enroll(gateway, collection, "bob", clip(BOB, 1), clip(BOB, 2))
    return collection


def settings(collection, **fields):
    from voiceprint.types.v1 import audio_pb2

    fields = {"encoding": audio_pb2.Audio.ENCODING_PCM_S16LE, "sample_rate_hz": RATE, "threshold": 0.85} | fields
    return pb().IdentifyStreamRequest(
        settings=pb().IdentifyStreamSettings(collection=collection, **fields))


def pieces(content: bytes, size: int):
    for start in range(0, len(content), size):
        yield pb().IdentifyStreamRequest(audio=content[start:start + size])


def stream(gateway, first, content: bytes, size: int = 8000):
    """All events of a stream, each kind by itself."""
    events = list(gateway.IdentifyStream(iter([first, *pieces(content, size)]), timeout=120))
    kinds = [event.WhichOneof("event") for event in events]
    windows = [event.window for event, kind in zip(events, kinds) if kind == "window"]
    return windows, [event.stretch for event, kind in zip(events, kinds) if kind == "stretch"], events


def code_of(call) -> tuple[str, str]:
    with pytest.raises(grpc.RpcError) as caught:
        list(call)
    return caught.value.code().name, caught.value.details()


def test_who_speaks_when(gateway, people, talk):
    windows, stretches, _ = stream(gateway, settings(people, top_k=2), talk)
    assert [window.end_seconds for window in windows] == [0.5 * number for number in range(1, 31)]
    assert all(window.start_seconds == max(0, window.end_seconds - 3) for window in windows)
    assert [stretch.speaker_id for stretch in stretches] == ["ann", "bob", ""]
    accepted, rejected = pb().DECISION_ACCEPTED, pb().DECISION_REJECTED
    assert [stretch.decision for stretch in stretches] == [accepted, accepted, rejected]
    for stretch, (start, end) in zip(stretches, [(1, 5), (6.5, 9.5), (11, 14)]):
        assert abs(stretch.start_seconds - start) < 0.3 and abs(stretch.end_seconds - end) < 0.3
        assert end - start - 1.5 < stretch.speech_seconds <= end - start and stretch.epoch
    by_end = {window.end_seconds: window for window in windows}
    assert not by_end[0.5].speaking and by_end[0.5].decision == pb().DECISION_UNSPECIFIED
    assert by_end[4.0].speaking and by_end[4.0].speaker_id == "ann" and len(by_end[4.0].candidates) == 2
    first = next(window for window in windows if window.speaker_id == "ann")
    assert by_end[4.0].since_seconds == first.since_seconds == first.end_seconds - 0.5
    assert by_end[9.5].speaker_id == "bob" and not by_end[11.0].speaking


@pytest.mark.parametrize("size", [2, 333, 4001, 1 << 20])
def test_how_the_audio_is_cut_changes_no_answer(gateway, people, talk, size):
    content = talk[:RATE * 2 * (1 if size == 2 else 8)]
    assert stream(gateway, settings(people), content, size)[2] == stream(gateway, settings(people), content)[2]


def test_a_window_is_answered_as_identify_answers_its_samples(gateway, people, talk):
    windows, stretches, _ = stream(gateway, settings(people, window_seconds=2, hop_seconds=1.5, top_k=2), talk)
    heard = [answer for answer in [*windows, *stretches] if answer.decision != pb().DECISION_UNSPECIFIED]
    assert len(heard) > 8
    for answer in heard:
        samples = talk[2 * round(answer.start_seconds * RATE):2 * round(answer.end_seconds * RATE)]
        alone = identify(gateway, people, audio(wav_of(samples)), threshold=0.85)
        assert answer.score == pytest.approx(alone.score, abs=1e-5)
        assert (answer.decision, answer.speaker_id) == (alone.decision, alone.speaker_id)
        assert (answer.epoch, answer.threshold) == (alone.epoch, alone.threshold)
        assert [match.speaker_id for match in answer.candidates] == [
            match.speaker_id for match in alone.candidates]


def wav_of(samples: bytes) -> bytes:
    import io
    import wave

    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples)
    return buffer.getvalue()


def test_files_are_recognised_from_their_header_on(gateway, people, talk):
    plain = stream(gateway, settings(people), talk)[2]
    whole = wav_of(talk)
    unset = dict(encoding=0, sample_rate_hz=0)
    assert stream(gateway, settings(people, **unset), whole, 777)[2] == plain
    # As a program writes it into a pipe: the length is not known.
    piped = whole[:40] + b"\xff\xff\xff\xff" + whole[44:]
    assert stream(gateway, settings(people, **unset), piped)[2] == plain
    # Another kind (Sun's AU, big-endian), which is decoded at its end.
    samples = array.array("h", talk)
    samples.byteswap()
    other = struct.pack(">4s5I", b".snd", 24, len(talk), 3, RATE, 1) + samples.tobytes()
    assert stream(gateway, settings(people, **unset), other, 5000)[2] == plain


def test_answers_come_while_the_audio_goes_on(gateway, people, talk):
    import queue

    requests = queue.Queue()
    call = gateway.IdentifyStream(iter(requests.get, None), timeout=60)
    requests.put(settings(people, threshold=0.6))
    for piece in pieces(talk[:RATE * 2 * 3], RATE):
        requests.put(piece)
    ends = [next(call).window.end_seconds for _ in range(6)]
    assert ends == [0.5, 1, 1.5, 2, 2.5, 3]
    requests.put(None)
    rest = list(call)
    assert [event.WhichOneof("event") for event in rest] == ["stretch"] and rest[0].stretch.speaker_id == "ann"


def test_silence_and_nothing_end_cleanly(gateway, people):
    windows, stretches, _ = stream(gateway, settings(people), pcm(silence(2)))
    assert len(windows) == 4 and not stretches
    assert all(window.decision == pb().DECISION_UNSPECIFIED and not window.speaking for window in windows)
    assert stream(gateway, settings(people), b"")[2] == []
    assert stream(gateway, settings(people), bytes(RATE))[0][0].speech_seconds == 0


def test_wrong_streams_are_told_what_is_wrong(gateway, people, talk):
    def of(*requests):
        return code_of(gateway.IdentifyStream(iter(requests), timeout=30))

    sound = pb().IdentifyStreamRequest(audio=talk[:RATE])
    for requests, code, words in [
        ((sound,), "INVALID_ARGUMENT", "must begin"),
        ((), "INVALID_ARGUMENT", "must begin"),
        ((settings(people), settings(people)), "INVALID_ARGUMENT", "only audio"),
        ((settings("nowhere"),), "NOT_FOUND", "nowhere"),
        ((settings(people, sample_rate_hz=0),), "INVALID_ARGUMENT", "sample_rate_hz"),
        ((settings(people, sample_rate_hz=12),), "INVALID_ARGUMENT", "12 Hz"),
        ((settings(people, channels=99),), "INVALID_ARGUMENT", "99 channels"),
        ((settings(people, encoding=77),), "INVALID_ARGUMENT", "encoding"),
        ((settings(people, window_seconds=31),), "INVALID_ARGUMENT", "window_seconds"),
        ((settings(people, window_seconds=math.nan),), "INVALID_ARGUMENT", "window_seconds"),
        ((settings(people, hop_seconds=0.01),), "INVALID_ARGUMENT", "hop_seconds"),
        ((settings(people, hop_seconds=3.5),), "INVALID_ARGUMENT", "hop_seconds"),
        ((settings(people, threshold=2),), "INVALID_ARGUMENT", "threshold"),
        ((settings(people, top_k=101),), "INVALID_ARGUMENT", "top_k"),
        ((settings(people), pb().IdentifyStreamRequest(audio=bytes((1 << 20) + 1))), "INVALID_ARGUMENT", "1048576"),
        ((settings(people, encoding=2), pb().IdentifyStreamRequest(audio=b"\0\0\xc0\x7f" * 9)), "INVALID_ARGUMENT",
         "NaN"),
        ((settings(people, encoding=0), pb().IdentifyStreamRequest(audio=b"no audio at all")), "INVALID_ARGUMENT",
         "audio file"),
        ((settings(people, encoding=0), pb().IdentifyStreamRequest(audio=b"RIFF")), "INVALID_ARGUMENT", "audio file"),
    ]:
        got = of(*requests)
        assert got[0] == code and words in got[1], (got, words)


def test_a_caller_who_goes_away_leaves_nothing_behind(gateway, cluster, people, talk):
    import threading

    for _ in range(20):
        forever = threading.Event()

        def requests():
            yield settings(people)
            yield from pieces(talk[:RATE * 4], 16000)
            forever.wait(60)

        call = gateway.IdentifyStream(requests(), timeout=60)
        next(call)
        call.cancel()
        forever.set()
    assert identify(gateway, people, clip(ANN, 3)).speaker_id == "ann"


def test_a_caller_who_does_not_read_is_not_read(cluster, people):
    """Unread answers hold the audio back; read, all of it is answered."""
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    ten_seconds = pcm(silence(10))
    taken = 0
    # Left to itself the caller's gRPC library would take in megabytes of answers that nobody reads.
    channel = grpc.insecure_channel(
        cluster.address("gateway"), options=[("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 1 << 16)])
    gateway = gateway_service_pb2_grpc.GatewayServiceStub(channel)

    def requests():
        nonlocal taken
        yield settings(people, window_seconds=1, hop_seconds=0.1)
        for _ in range(120):
            yield pb().IdentifyStreamRequest(audio=ten_seconds)
            taken += 1

    call = gateway.IdentifyStream(requests(), timeout=300)

    def has_stalled():
        before = taken
        time.sleep(1)  # that nothing happens is no event
        return 0 < before == taken

    eventually(has_stalled, 60, "that the stream stands still")
    assert taken < 120
    ends = [event.window.end_seconds for event in call]
    assert taken == 120 and len(ends) == 12_000 and ends[-1] == pytest.approx(1200)
    channel.close()


def test_limits_of_streams(own_gateway, people, talk):
    """A silent caller, too long a stream, too many of them, and a gateway that is to stop."""
    import threading

    address, stop = own_gateway(
        "live.idle_milliseconds=700", "live.maximum_seconds=4", "live.maximum_streams=2")
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    with grpc.insecure_channel(address) as channel:
        gateway = gateway_service_pb2_grpc.GatewayServiceStub(channel)
        quiet = threading.Event()

        def silent(then=()):
            yield settings(people)
            yield from then
            quiet.wait(30)

        assert code_of(gateway.IdentifyStream(silent(), timeout=30))[0] == "DEADLINE_EXCEEDED"
        name, words = code_of(gateway.IdentifyStream(iter([settings(people), *pieces(talk, 9000)]), timeout=30))
        assert name == "RESOURCE_EXHAUSTED" and "4.0 seconds" in words
        # Two that go on and one too many.
        begun = [gateway.IdentifyStream(silent(pieces(talk[:RATE], 16000)), timeout=30) for _ in range(2)]
        for call in begun:
            next(call)
        assert code_of(gateway.IdentifyStream(silent(), timeout=30))[0] == "RESOURCE_EXHAUSTED"
        stop()
        assert {code_of(call)[0] for call in begun} <= {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
        quiet.set()
