"""The examples of clients in other languages: built as their READMEs say, run on real speech, and compared."""

import functools
import os
import pathlib
import subprocess
import sys

import pytest

from cluster import BIN, ROOT
from test_python_client import python  # noqa: F401 (fixture)

CLIENTS = ROOT / "services" / "clients"
SOUNDS = pathlib.Path("/usr/share/asterisk/sounds")
LANGUAGES = ["python", "cpp", "go", "shell", "swift"]


def build(*command: str, **environment: str) -> None:
    done = subprocess.run(
        command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def command(request, tmp_path_factory):
    """The command of a language's example, which is built when it is first asked for."""
    folder = tmp_path_factory.mktemp("examples")

    @functools.cache
    def command(language: str) -> list[str]:
        match language:
            case "python":
                return [str(request.getfixturevalue("python")), str(CLIENTS / "python" / "example.py")]
            case "cpp":
                build("make", "-C", str(CLIENTS / "cpp"), "-j2", "--quiet", f"BUILD={folder}/cpp", "CXXFLAGS=-O0")
                return [f"{folder}/cpp/example"]
            case "go":
                # What the compiler made of Debian's libraries is kept, as Go does.
                build(str(CLIENTS / "go" / "build.sh"), f"{folder}/go", GOCACHE=str(ROOT / ".build" / "test-go"))
                return [f"{folder}/go/example"]
            case "shell":
                return [str(CLIENTS / "shell" / "example.sh")]
            case "swift":
                return [str(BIN / "voiceprint-swift-example")]
        raise ValueError(language)

    return command


@pytest.fixture
def example(command, cluster, collection):
    def example(language: str, *arguments: str, in_collection: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(
            [*command(language), cluster.address("gateway"), in_collection or collection, *arguments],
            env={**os.environ, "PYTHON": sys.executable}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False)

    return example


@pytest.fixture(scope="module")
def allison():
    """Prompts of a woman, some seconds each."""
    names = ["conf-adminmenu-162", "vm-options", "conf-usermenu-162", "agent-newlocation"]
    files = [SOUNDS / "en_US_f_Allison" / f"{name}.wav" for name in names]
    assert all(file.is_file() for file in files), f"no prompts in {SOUNDS}: deploy/install-deps.sh demo"
    return list(map(str, files))


@pytest.fixture(scope="module")
def carlo():
    """A prompt of a man, who is enrolled nowhere."""
    return str(SOUNDS / "it_IT_m_Carlo" / "vm-options.wav")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_recognises_whom_it_enrolled(example, gateway, collection, language, allison, carlo):
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb
    from voiceprint.types.v1 import audio_pb2

    *enrolments, recording = allison
    for spoken, speaker in ((recording, "Allison Ü"), (carlo, "a stranger")):
        done = example(language, "Allison Ü", *enrolments, spoken)
        assert done.returncode == 0, done.stderr
        said, score, threshold = done.stdout.removesuffix("\n").split("\t")
        # What the Python stub is told of the same people.
        audio = audio_pb2.Audio(content=pathlib.Path(spoken).read_bytes())
        answer = gateway.Identify(pb.IdentifyRequest(collection=collection, audio=audio), timeout=30)
        assert said == speaker == (answer.speaker_id or "a stranger")
        assert float(score) == pytest.approx(answer.score, abs=1e-4)
        assert float(threshold) == pytest.approx(answer.threshold, abs=1e-4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_tells_code_and_message_of_an_error(example, language, allison):
    done = example(language, "Allison", *allison[:2], in_collection="no such collection")
    code, _, message = done.stderr.strip().partition(": ")
    assert done.returncode == 1 and done.stdout == ""
    assert code.replace("_", "").lower() == "notfound" and "no such collection" in message
    assert example(language, "Allison").returncode == 2


def call(cluster, *arguments: str, requests: str = "{}") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(CLIENTS / "shell" / "call.py"), *arguments], input=requests, capture_output=True,
        text=True, timeout=60, check=False)


def test_reflection_tells_and_calls_what_a_service_has(cluster):
    address = cluster.address("gateway")
    listed = call(cluster, address).stdout.splitlines()
    assert ("voiceprint.gateway.v1.GatewayService/IdentifyStream(stream voiceprint.gateway.v1.IdentifyStreamRequest) "
            "returns (stream voiceprint.gateway.v1.IdentifyStreamResponse)") in listed
    health = call(cluster, address, "grpc.health.v1.Health/Check")
    assert (health.returncode, health.stdout) == (0, '{"status": "SERVING"}\n')
    stream = call(
        cluster, address, "voiceprint.gateway.v1.GatewayService/IdentifyStream", requests='{"audio": ""} {"audio": ""}')
    assert stream.returncode == 1 and stream.stderr.startswith("INVALID_ARGUMENT: ")
    for arguments, requests, words in [
        ((address, "no.such.Service/Call"), "{}", "no.such.Service/Call"),
        ((address, "grpc.health.v1.Health/Check"), "{} {}", "one request, not 2"),
        ((address, "grpc.health.v1.Health/Check"), '{"nonsense": 1}', "nonsense"),
        ((address, "grpc.health.v1.Health/Check"), "{", "no request"),
    ]:
        wrong = call(cluster, *arguments, requests=requests)
        assert wrong.returncode == 2 and words in wrong.stderr
    assert call(cluster, "127.0.0.1:1", "--timeout", "5").stderr.startswith("UNAVAILABLE: ")
