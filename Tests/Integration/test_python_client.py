"""The Python package: installed with pip as a user would, then used against the running cluster.

Everything that is asked of the package runs in a Python of its own environment, where nothing of the tests' stubs is
loaded; a script prints what it saw as JSON, and the test says what it should have been.
"""

import contextlib
import datetime
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import sysconfig
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from cluster import ROOT
from voices import ANN, BOB, EVE, voice, wav

PACKAGE = ROOT / "services" / "clients" / "python"


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of a fresh environment with the package in it.

    What the package depends on comes from the tests' own environment, so that this asks no index.
    """
    folder = tmp_path_factory.mktemp("client")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    executable = folder / "bin" / "python"
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = pathlib.Path(subprocess.check_output([executable, "-c", query], text=True).strip())
    (site / "tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-build-isolation", "--no-cache-dir"]
    subprocess.run(
        [executable, "-m", "pip", "install", *options, f"{PACKAGE}[numpy]"], check=True, stdin=subprocess.DEVNULL)
    for made in ("protocol.binpb", "service_config.json"):
        assert (site / "voiceprint_client" / made).is_file()
    return executable


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for name, person in [("ann", ANN), ("bob", BOB), ("eve", EVE)]:
        for seed in (1, 2, 3):
            (folder / f"{name}-{seed}.wav").write_bytes(wav(voice(**person, seed=seed)))
    (folder / "short.wav").write_bytes(wav(voice(**ANN, seed=7, seconds=1.0)))
    (folder / "notes.txt").write_bytes(b"these are no sounds " * 200)
    return folder


@pytest.fixture
def run(python, cluster, collection, clips):
    """Runs a script in the package's environment, in the folder of clips; gives what it passed to `tell`."""

    def run(script: str, address: str = "") -> dict:
        prelude = f"""
            import json
            from voiceprint_client import *
            ADDRESS, COLLECTION = {address or cluster.address("gateway")!r}, {collection!r}
            def tell(**what): print(json.dumps(what))
            def caught(call):
                try: call()
                except VoiceprintError as error:
                    return dict(kind=type(error).__name__, code=error.code.name, reason=error.reason,
                                field=error.field, metadata=error.metadata, retry_after=error.retry_after)
            client = Voiceprint(ADDRESS, collection=COLLECTION)
            """
        code = textwrap.dedent(prelude) + textwrap.dedent(script)
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        done = subprocess.run(
            [python, "-W", "error", "-c", code], cwd=clips, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_enrols_identifies_verifies_and_deletes(run, collection):
    seen = run("""
        import copy, dataclasses
        with client:
            pieces = ["ann-1.wav", open("ann-2.wav", "rb")]
            new = client.enroll("ann", pieces, display_name="Ann", labels={"floor": "3"})
            client.enroll("bob", open("bob-1.wav", "rb").read())
            found = client.identify("ann-3.wav")
            stranger = client.identify("ann-3.wav", threshold=1)
            claim = client.verify("bob", "ann-3.wav")
            same, other = client.contrast("ann-1.wav", "ann-3.wav"), client.contrast("ann-1.wav", "bob-1.wav")
            embedding = client.embed("ann-1.wav")
            ann = client.speaker("ann")
            fewer = client.delete_utterance("ann", ann.utterances[0].utterance_id)
            gone = client.delete_utterance("ann", ann.utterances[1].utterance_id)
            tell(created=new.created, replayed=new.replayed, durations=[r.duration for r in new.reports],
                 speaker_id=found.speaker_id, score=found.score, threshold=found.threshold, margin=found.margin,
                 candidates=[[m.speaker_id, m.score] for m in found.candidates], size=found.gallery_size,
                 stranger=[stranger.speaker_id, stranger.threshold], claim=claim.score,
                 same=[same.accepted, same.score, len(same.reports)], other=other.score,
                 embedding=len(embedding.values), epochs=[new.epoch, found.epoch, embedding.epoch, claim.epoch],
                 ann=[ann.display_name, ann.labels, len(ann.utterances), ann.create_time.isoformat()],
                 copy=[dataclasses.asdict(ann)["labels"], len({ann, copy.deepcopy(ann)})],
                 fewer=len(fewer.utterances), gone=gone, deleted=client.delete_speaker("bob"),
                 left=client.get_collection().speaker_count)
        """)
    assert seen["created"] and not seen["replayed"] and seen["durations"] == pytest.approx([3.0, 3.0])
    assert seen["speaker_id"] == "ann" and seen["size"] == 2 and seen["margin"] > 0
    assert [name for name, _ in seen["candidates"]] == ["ann", "bob"]
    assert seen["score"] == seen["candidates"][0][1] >= seen["threshold"]
    assert seen["stranger"] == [None, 1.0]
    assert seen["claim"] == pytest.approx(seen["candidates"][1][1], abs=1e-5)
    assert seen["same"][0] and seen["same"][1] > seen["other"] and seen["same"][2] == 2
    assert seen["embedding"] == 192 and len(set(seen["epochs"])) == 1 and seen["epochs"][0]
    assert seen["copy"] == [{"floor": "3"}, 1]
    assert seen["ann"][:3] == ["Ann", {"floor": "3"}, 2] and seen["ann"][3].endswith("+00:00")
    assert abs(time.time() - datetime.datetime.fromisoformat(seen["ann"][3]).timestamp()) < 300
    assert seen["fewer"] == 1 and seen["gone"] is None and seen["deleted"] == 1 and seen["left"] == 0


def test_what_fails_says_how(run):
    seen = run("""
        client.enroll("ann", "ann-1.wav")
        tell(noise=caught(lambda: client.enroll("bob", ["bob-1.wav", "notes.txt"])),
             second=caught(lambda: client.contrast("ann-1.wav", b"")),
             threshold=caught(lambda: client.identify("ann-1.wav", threshold=2)),
             nobody=caught(lambda: client.speaker("nobody")),
             nowhere=caught(lambda: client.identify("ann-1.wav", collection="no such collection")),
             exists=caught(lambda: client.create_collection(COLLECTION)),
             late=caught(lambda: Voiceprint(ADDRESS, timeout=0.001).embed("ann-1.wav")),
             fine=caught(lambda: client.speaker("ann")),
             people=[speaker.speaker_id for speaker in client.speakers()])
        """)
    assert seen["noise"]["kind"] == "InvalidAudio" and seen["noise"]["code"] == "INVALID_ARGUMENT"
    assert seen["noise"]["field"].startswith("audios[1]") and seen["noise"]["reason"].startswith("AUDIO_")
    assert seen["second"]["kind"] == "InvalidAudio" and seen["second"]["field"].startswith("second")
    assert seen["threshold"]["kind"] == "InvalidArgument" and seen["threshold"]["field"] == "threshold"
    assert (seen["nobody"]["kind"], seen["nobody"]["reason"]) == ("NotFound", "SPEAKER_NOT_FOUND")
    assert seen["nobody"]["metadata"] == {"speaker": "nobody"}
    assert (seen["nowhere"]["kind"], seen["nowhere"]["reason"]) == ("NotFound", "COLLECTION_NOT_FOUND")
    assert (seen["exists"]["kind"], seen["exists"]["reason"]) == ("AlreadyExists", "COLLECTION_EXISTS")
    assert seen["late"]["kind"] == "DeadlineExceeded"
    assert seen["fine"] is None and seen["people"] == ["ann"]


def test_other_stubs_in_the_same_process_are_no_matter(run):
    seen = run("""
        import importlib.util
        from google.protobuf import descriptor_pb2, descriptor_pool
        # Another package's idea of these files, in the pool that all generated code shares.
        for name in ("google/rpc/status.proto", "voiceprint/gateway/v1/gateway_service.proto"):
            other = descriptor_pb2.FileDescriptorProto(name=name, package=name.rpartition("/")[0].replace("/", "."))
            other.message_type.add(name="Status").field.add(name="other", number=1, type="TYPE_BYTES")
            descriptor_pool.Default().AddSerializedFile(other.SerializeToString())
        tell(modules=sorted(name for name in ("voiceprint", "google.rpc") if importlib.util.find_spec(name)),
             error=caught(lambda: client.speaker("nobody")))
        """)
    assert seen["modules"] == [] and seen["error"]["reason"] == "SPEAKER_NOT_FOUND"


def test_lists_everybody_once_whatever_the_page(run, collection):
    seen = run("""
        names = [f"person-{index}" for index in range(5)]
        for name in names: client.enroll(name, "short.wav")
        tell(pages=[[s.speaker_id for s in client.speakers(page_size=size)] for size in (1, 2, 5, 100)],
             again=[s.speaker_id for s in client.speakers(needs_reenrollment=True)],
             collections=[c.name for c in client.collections(page_size=1)],
             counted=[c.speaker_count for c in client.collections() if c.name == COLLECTION])
        """)
    assert seen["pages"] == [[f"person-{index}" for index in range(5)]] * 4 and seen["again"] == []
    assert seen["collections"].count(collection) == 1 and seen["collections"] == sorted(set(seen["collections"]))
    assert seen["counted"] == [5]


def test_collections_come_and_go(run, collection):
    seen = run("""
        name = COLLECTION + " of a script"
        made = client.create_collection(name)
        client.enroll("ann", "short.wav", collection=name)
        tell(made=[made.name == name, made.speaker_count, made.keeps_audio], elsewhere=len(list(client.speakers())),
             inside=[s.speaker_id for s in client.speakers(collection=name)], deleted=client.delete_collection(name),
             gone=caught(lambda: client.get_collection(name)))
        """)
    assert seen["made"] == [True, 0, False] and seen["elsewhere"] == 0
    assert seen["inside"] == ["ann"] and seen["deleted"] == 1 and seen["gone"]["kind"] == "NotFound"


def test_arrays_give_the_voiceprint_of_the_file(run):
    seen = run("""
        import wave, numpy
        with wave.open("ann-1.wav") as file: ints = numpy.frombuffer(file.readframes(file.getnframes()), "<i2")
        floats = ints / 32768
        usual = numpy.array(client.embed("ann-1.wav").values)
        def off(array, rate=16000):
            answer = client.embed(Samples(array, rate))
            return float(abs(numpy.array(answer.values) - usual).max()), answer.report.channels
        def refused(make):
            try: make()
            except (TypeError, ValueError) as error: return type(error).__name__
        tell(same=[off(ints), off(floats), off(floats.astype("f4")), off((ints.astype("i4") << 16))],
             stereo=off(numpy.stack([floats, floats], axis=1)), other=off(floats, 8000),
             refused=[refused(lambda: off(floats.reshape(1, 1, -1))), refused(lambda: off(floats > 0)),
                      refused(lambda: client.embed(open("ann-1.wav", encoding="latin-1"))),
                      refused(lambda: client.embed(7))])
        """)
    assert all(difference < 1e-4 and channels == 1 for difference, channels in seen["same"])
    assert seen["stereo"][0] < 1e-4 and seen["stereo"][1] == 2
    # The same samples at another rate are another voice: the rate arrives.
    assert seen["other"][0] > 0.1
    assert seen["refused"] == ["ValueError", "TypeError", "TypeError", "TypeError"]


@pytest.fixture
def talk(clips):
    """Ann, a pause, somebody else: 16-bit samples in `talk.raw`, with a header in `talk.wav`."""
    pause = [0.0005 * random.Random(3).gauss(0, 1) for _ in range(24_000)]
    whole = wav([*voice(**ANN, seconds=4, seed=5), *pause, *voice(**EVE, seconds=3, seed=7), *pause])
    (clips / "talk.wav").write_bytes(whole)
    (clips / "talk.raw").write_bytes(whole[44:])


def test_a_stream_is_an_iterator_of_answers(run, talk):
    seen = run("""
        import dataclasses
        client.enroll("ann", ["ann-1.wav", "ann-2.wav"], display_name="Ann")
        def tenths():
            with open("talk.raw", "rb") as file:
                while piece := file.read(3200): yield piece
        options = dict(threshold=0.85, top_k=2)
        events = list(client.identify_stream(tenths(), format="s16le", rate=16000, **options))
        same = list(client.identify_stream(open("talk.wav", "rb"), **options))
        windows = [event for event in events if isinstance(event, LiveWindow)]
        # An answer comes while its caller holds back the rest.
        def never():
            with open("talk.raw", "rb") as file: yield file.read(64_000)
            import threading; threading.Event().wait()
        live = client.identify_stream(never(), format="s16le", rate=16000, window=1, hop=0.25)
        early = [next(live).end for _ in range(4)]
        live.close()
        tell(same=same == events, windows=[dataclasses.asdict(window) for window in windows], early=early,
             stretches=[dataclasses.asdict(event) for event in events if isinstance(event, LiveStretch)])
        """)
    assert seen["same"] and seen["early"] == [0.25, 0.5, 0.75, 1.0]
    assert [window["end"] for window in seen["windows"]] == [0.5 * number for number in range(1, 21)]
    by_end = {window["end"]: window for window in seen["windows"]}
    assert by_end[3.0]["speaker_id"] == "ann" and by_end[3.0]["accepted"] and by_end[3.0]["speaking"]
    assert by_end[3.0]["candidates"][0]["display_name"] == "Ann" and by_end[3.0]["since"] < 3
    assert by_end[3.0]["score"] >= by_end[3.0]["threshold"] == 0.85 and by_end[3.0]["epoch"]
    assert by_end[8.5]["accepted"] is False and by_end[8.5]["speaker_id"] is None
    ann, stranger = seen["stretches"]
    assert (ann["accepted"], ann["speaker_id"]) == (True, "ann") and abs(ann["end"] - 4) < 0.3
    assert (stranger["accepted"], stranger["speaker_id"]) == (False, None) and abs(stranger["start"] - 5.5) < 0.3


def test_a_stream_that_fails_says_how(run, talk):
    seen = run("""
        def broken():
            yield open("talk.raw", "rb").read(32_000)
            raise OSError("the microphone is gone")
        def raised(make):
            try: list(make())
            except Exception as error: return [type(error).__name__, str(error)]
        raw = dict(format="s16le", rate=16000)
        tell(window=caught(lambda: list(client.identify_stream([b""], window=99, **raw))),
             nowhere=caught(lambda: list(client.identify_stream([b""], collection="nowhere", **raw))),
             text=caught(lambda: list(client.identify_stream(open("notes.txt", "rb")))),
             broken=raised(lambda: client.identify_stream(broken(), **raw)),
             path=raised(lambda: client.identify_stream("talk.wav")),
             format=raised(lambda: client.identify_stream([], format="mp3")),
             samples=raised(lambda: client.identify_stream([[0, 1]], **raw)))
        """)
    assert seen["window"]["kind"] == "InvalidArgument" and "window_seconds" in seen["window"]["field"]
    assert (seen["nowhere"]["kind"], seen["nowhere"]["reason"]) == ("NotFound", "COLLECTION_NOT_FOUND")
    assert seen["text"]["kind"] == "InvalidAudio" and seen["text"]["field"] == "audio"
    assert seen["broken"] == ["OSError", "the microphone is gone"]
    assert seen["path"][0] == seen["samples"][0] == "TypeError" and seen["format"][0] == "ValueError"


def test_all_clients_try_again_what_the_protocol_says(python):
    protocol = ROOT / "Protos" / "voiceprint" / "gateway" / "v1" / "gateway_grpc_service_config.json"
    config = json.loads(protocol.read_text())
    code = "from voiceprint_client import _channel; print(_channel.SERVICE_CONFIG)"
    assert json.loads(subprocess.check_output([python, "-c", code], text=True)) == config
    swift = (ROOT / "services" / "clients" / "swift" / "Sources" / "ServiceConfig.swift").read_text()
    assert json.loads(re.search(r'#"""(.*)"""#', swift, re.DOTALL)[1]) == config
    # What it names is there, and what may be made twice: no method that deletes or creates, and no stream.
    from voiceprint.gateway.v1 import gateway_service_pb2

    service = gateway_service_pb2.DESCRIPTOR.services_by_name["GatewayService"]
    (policy,) = config["methodConfig"]
    assert {name["service"] for name in policy["name"]} == {service.full_name}
    named = {name["method"] for name in policy["name"]}
    assert named == {method.name for method in service.methods
                     if not method.name.startswith(("Delete", "Create")) and not method.client_streaming}


def test_a_gateway_that_is_away_is_unavailable_within_the_deadline(run):
    with socket.socket() as taken:
        # Bound and not listening: a connection is refused, and nobody else can open the port meanwhile.
        taken.bind(("127.0.0.1", 0))
        seen = run("""
            import time
            client.timeout = 20
            begin = time.monotonic()
            read = caught(lambda: client.identify("ann-1.wav"))
            between = time.monotonic()
            write = caught(lambda: client.delete_speaker("ann"))
            tell(read=read, write=write, tried=between - begin, once=time.monotonic() - between)
            """, address=f"127.0.0.1:{taken.getsockname()[1]}")
    assert seen["read"]["kind"] == seen["write"]["kind"] == "Unavailable"
    # Five tries with pauses of 0.2, 0.6, 1.8 and 3 s, less a fifth at most of each; a deletion is not tried again.
    assert 4 < seen["tried"] < 20 and seen["once"] < 4


class Door(grpc.GenericRpcHandler):
    """A door of the tests' own before the gateway, which can lose the answer of each method's first call."""

    def __init__(self, gateway: grpc.Channel, loses: bool = False):
        self.gateway = gateway
        self.loses = loses
        self.calls = []

    def service(self, details):
        service, _, method = details.method.rpartition("/")
        if service != "/voiceprint.gateway.v1.GatewayService":
            return None
        forward = self.gateway.unary_unary(details.method)

        def handle(request, context):
            first = all(call[0] != method for call in self.calls)
            self.calls.append((method, request, dict(context.invocation_metadata())))
            answer = forward(request, timeout=20)
            if self.loses and first:
                context.abort(grpc.StatusCode.UNAVAILABLE, "the answer got lost")
            return answer

        return grpc.unary_unary_rpc_method_handler(handle)

    @contextlib.contextmanager
    def open(self, credentials: grpc.ServerCredentials | None = None):
        """Serves meanwhile; gives the port."""
        server = grpc.server(ThreadPoolExecutor(4), handlers=[self])
        address = "127.0.0.1:0"
        port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
        server.start()
        try:
            yield port
        finally:
            server.stop(None).wait()


def test_an_enrolment_whose_answer_got_lost_enrols_once(run, channel):
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb

    door = Door(channel, loses=True)
    with door.open() as port:
        seen = run("""
            new = client.enroll("ann", "ann-1.wav")
            deletion = caught(lambda: client.delete_speaker("ann"))
            tell(replayed=new.replayed, utterances=len(new.speaker.utterances), deletion=deletion)
            """, address=f"127.0.0.1:{port}")
    assert seen["replayed"] and seen["utterances"] == 1 and seen["deletion"]["kind"] == "Unavailable"
    assert [method for method, *_ in door.calls] == ["Enroll", "Enroll", "DeleteSpeaker"]
    first, second = (pb.EnrollRequest.FromString(request) for _, request, _ in door.calls[:2])
    assert first.request_id == second.request_id and len(first.request_id) >= 32


def test_over_tls_the_token_goes_with_each_call(run, channel, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
    door = Door(channel)
    with door.open(grpc.ssl_server_credentials([(key.read_bytes(), certificate.read_bytes())])) as port:
        seen = run(f"""
            secure = dict(collection=COLLECTION, token="secret")
            with Voiceprint(ADDRESS, tls={str(certificate)!r}, **secure) as trusting:
                people = [speaker.speaker_id for speaker in trusting.speakers()]
            tell(people=people, strange=caught(lambda: Voiceprint(ADDRESS, tls=True, **secure).delete_speaker("ann")),
                 plain=caught(lambda: client.delete_speaker("ann")))
            """, address=f"localhost:{port}")
    assert seen["people"] == [] and seen["strange"]["kind"] == seen["plain"]["kind"] == "Unavailable"
    assert [(method, metadata["authorization"]) for method, _, metadata in door.calls] == [
        ("ListSpeakers", "Bearer secret")]


def test_a_token_is_not_sent_in_the_clear(run):
    seen = run("""
        try: Voiceprint(ADDRESS, token="secret")
        except ValueError as error: tell(error=str(error))
        """)
    assert "TLS" in seen["error"] and "secret" not in seen["error"]


@pytest.mark.parametrize("readme", [ROOT / "README.md", PACKAGE / "README.md"], ids=["repository", "package"])
def test_the_example_of_the_readme_runs(readme, run, clips, collection):
    blocks = re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
    code = next(block for block in blocks if "import Voiceprint\n" in block)
    assert '"127.0.0.1:50051"' in code
    code = code.replace('"127.0.0.1:50051"', "ADDRESS, collection=COLLECTION")
    (clips / "somebody.wav").write_bytes((clips / "ann-3.wav").read_bytes())
    seen = run("shown = []\nprint_, print = print, lambda *what: shown.append(what)\n" + code
               + "\nprint = print_\ntell(shown=shown)\n")
    assert seen["shown"][0][0] == "ann"


def test_a_key_goes_along_and_to_no_other_host_in_plain_text(run, own_gateway, cluster):
    made = cluster.command("keys", "create", "of the client", "--json", "--scopes", "recognize")
    key = json.loads(made.stdout)["key"]
    told = run(f"""
        with Voiceprint(ADDRESS, api_key={key!r}) as client:
            names = [each.name for each in client.collections()]
        with Voiceprint(ADDRESS) as client:
            missing = caught(lambda: list(client.collections()))
        refused = ""
        try: Voiceprint("voiceprint.example.org:50051", api_key={key!r})
        except ValueError as error: refused = str(error)
        tell(names=names, missing=missing, refused=refused)
        """, own_gateway("access.required=true")[0])
    assert told["missing"]["kind"] == "Unauthenticated"
    assert told["missing"]["reason"] == "KEY_MISSING"
    assert "could read the key" in told["refused"]
    assert isinstance(told["names"], list)
