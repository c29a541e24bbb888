"""The Python package: installed with pip as a user would, then used against the running cluster.

Everything that is asked of the package runs in a Python of its own environment, where nothing of the tests' stubs is
loaded; a script prints what it saw as JSON, and the test says what it should have been.
"""

import contextlib
import datetime
import json
import os
import pathlib
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
    assert (site / "voiceprint_client" / "protocol.binpb").is_file()
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


def test_mvector_s_predictor_is_a_change_of_import(run):
    seen = run("""
        import numpy
        from voiceprint_client.compat import MVectorPredictor
        predictor = MVectorPredictor(ADDRESS, collection=COLLECTION)
        empty = predictor.recognition("ann-3.wav")
        registered = predictor.register(audio_data="ann-1.wav", user_name="ann")
        predictor.register(open("ann-2.wav", "rb"), "ann")
        predictor.register(open("bob-1.wav", "rb").read(), user_name="bob")
        alone = [predictor.predict(name) for name in ("ann-3.wav", "short.wav")]
        batch = predictor.predict_batch(audios_data=["ann-3.wav", "short.wav"])
        name, score = predictor.recognition(audio_data="ann-3.wav")
        strict = predictor.recognition("ann-3.wav", threshold=1)
        usual = predictor.recognition("ann-3.wav")
        users = predictor.get_users()
        cosine = alone[0] @ predictor.predict("bob-1.wav")
        cosine /= numpy.linalg.norm(alone[0]) * numpy.linalg.norm(predictor.predict("bob-1.wav"))
        contrast = predictor.contrast("ann-3.wav", "bob-1.wav")
        removed = [predictor.remove_user(user_name="ann"), predictor.remove_user("ann")]
        elsewhere = MVectorPredictor(ADDRESS, 0.6, COLLECTION + " made")
        tell(empty=empty, registered=registered, shapes=[alone[0].shape, batch.shape],
             types=[str(alone[0].dtype), str(batch.dtype)], apart=float(abs(batch - numpy.stack(alone)).max()),
             name=name, score=score, strict=strict, usual=usual, users=users, cosine=float(cosine),
             contrast=float(contrast), removed=removed, left=predictor.get_users(), elsewhere=elsewhere.get_users(),
             made=client.delete_collection(COLLECTION + " made"))
        """)
    assert seen["empty"] == seen["strict"] == [None, None]
    assert seen["registered"] == [True, "注册成功"]
    assert seen["shapes"] == [[192], [2, 192]] and seen["types"] == ["float32", "float32"] and seen["apart"] < 1e-4
    assert seen["name"] == "ann" and seen["score"] == round(seen["score"], 5)
    # A threshold of one call is not the next one's.
    assert seen["usual"] == ["ann", seen["score"]]
    assert sorted(seen["users"]) == ["ann", "ann", "bob"] and seen["left"] == ["bob"]
    assert seen["contrast"] == pytest.approx(seen["cosine"], abs=1e-4)
    assert seen["removed"] == [True, False] and seen["elsewhere"] == [] and seen["made"] == 0


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
