"""`voiceprint recognize` while people speak: from a pipe and from a microphone."""

import json
import signal
import subprocess

import pytest

from cluster import BIN
from test_live import RATE, pcm, people, silence, talk, wav_of  # noqa: F401 (fixtures)


def recognize(cluster, collection, *arguments, content: bytes = b"", environment=None):
    return subprocess.run(
        [BIN / "voiceprint", "recognize", "--collection", collection, "--threshold", "0.85", *arguments],
        env={**cluster.environment, **(environment or {})}, input=content, capture_output=True, timeout=120)


def test_a_pipe_is_recognised_while_it_flows(cluster, people, talk):
    done = recognize(cluster, people, "--stdin", content=wav_of(talk))
    lines = done.stdout.decode().splitlines()
    assert [line.split("  ")[1] for line in lines] == ["ann", "bob", "a stranger"] and done.returncode == 1
    raw = recognize(cluster, people, "--stdin", "--format", "s16le", "--json", content=talk[:RATE * 2 * 6])
    events = [json.loads(line) for line in raw.stdout.splitlines()]
    assert raw.returncode == 0 and [event["event"] for event in events].count("window") == 12
    assert [event["speaker_id"] for event in events if event["event"] == "stretch"] == ["ann"]


@pytest.mark.parametrize("arguments, content, code, words", [
    (["--stdin"], b"no audio", 3, "no audio file"),
    (["--stdin", "--microphone"], b"", 2, "one of --stdin and --microphone"),
    (["--stdin", "--window", "99"], b"", 3, "window_seconds"),
    (["--device", "x", "some.wav"], b"", 2, "--device"),
    (["--stdin", "--gateway", "127.0.0.1:1"], b"RIFF", 3, "not available"),
])
def test_what_is_wrong_is_told(cluster, people, arguments, content, code, words):
    done = recognize(cluster, people, *arguments, content=content)
    assert done.returncode == code and words in done.stderr.decode()


def test_the_benchmark_tells_how_long_an_answer_takes(cluster, people, talk, tmp_path):
    (tmp_path / "talk.wav").write_bytes(wav_of(talk))
    command = ["benchmark", "live", "--collection", people, "--seconds", "4", "--streams", "2", "--json"]
    told = json.loads(cluster.command(*command, str(tmp_path / "talk.wav")).stdout)
    assert told["windows"] == 16 and 4 <= told["spoken_windows"] <= 14
    figures = [told[f"{name}_milliseconds"] for name in ("median", "p90", "p99", "maximum")]
    assert 0 < figures[0] and figures == sorted(figures)
    (tmp_path / "silence.wav").write_bytes(wav_of(pcm(silence(2))))
    quiet = cluster.command(*command[:-1], str(tmp_path / "silence.wav"), check=False)
    assert quiet.returncode == 3 and "nobody was heard" in quiet.stderr


@pytest.fixture
def microphone(talk, tmp_path):
    """A device of ALSA that plays Ann and then silence without end, faster than any person speaks."""
    sound = tmp_path / "sound.raw"
    sound.write_bytes(talk[:RATE * 2 * 5] + pcm(silence(4)))
    configuration = tmp_path / "alsa.conf"
    configuration.write_text(
        "</usr/share/alsa/alsa.conf>\n"
        f'pcm.talk {{ type file slave.pcm "null" file "/dev/null" infile "{sound}" format "raw" }}\n')
    return {"ALSA_CONFIG_PATH": str(configuration), "TMPDIR": str(tmp_path)}


def test_a_microphone_is_recognised_until_an_interrupt(cluster, people, microphone, tmp_path):
    command = [BIN / "voiceprint", "recognize", "--collection", people, "--threshold", "0.85", "--json",
               "--microphone", "--device", "talk"]
    process = subprocess.Popen(
        command, env={**cluster.environment, **microphone}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if json.loads(line)["event"] == "stretch":
                break
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(30) == 0, process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    assert json.loads(line)["speaker_id"] == "ann"
    assert not list(tmp_path.glob("voiceprint-*"))


def test_no_microphone_is_told_with_what_to_do(cluster, people, microphone, tmp_path):
    done = recognize(cluster, people, "--microphone", "--device", "nowhere", environment=microphone)
    assert done.returncode == 3 and "arecord -L" in done.stderr.decode() and "nowhere" in done.stderr.decode()
    assert not list(tmp_path.glob("voiceprint-*"))
