"""The command line as people and scripts use it: what it prints, its JSON and its exit statuses."""

import json
import os
import signal
import subprocess

import pytest

from cluster import BIN, Cluster, eventually
from voices import ANN, BOB, EVE, short_folder, voice, wav


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Recordings by person and number, as files."""
    folder = tmp_path_factory.mktemp("recordings")

    def path(person, seed):
        file = folder / f"{int(person['pitch'])}-{seed}.wav"
        if not file.exists():
            file.write_bytes(wav(voice(**person, seed=seed)))
        return str(file)

    return path


def said(cluster, *arguments):
    """Status and JSON of a command."""
    result = cluster.command(*arguments, "--json", check=False)
    assert result.stdout, result.stderr
    return result.returncode, json.loads(result.stdout)


def test_register_recognize_remove(cluster, collection, recordings):
    where = ("--collection", collection)
    status, ann = said(cluster, "register", "--name", "Ann", *where, recordings(ANN, 1), recordings(ANN, 2))
    assert status == 0 and ann["created"] and ann["recordings_in_all"] == 2
    assert said(cluster, "register", "--name", "Bob", "--id", "b", *where, recordings(BOB, 1))[0] == 0

    status, answers = said(cluster, "recognize", *where, recordings(ANN, 3), recordings(BOB, 2))
    assert status == 0 and [answer["speaker_id"] for answer in answers] == ["Ann", "b"]
    status, answers = said(cluster, "recognize", *where, "--threshold", "1", recordings(ANN, 3))
    assert status == 1 and not answers[0]["recognized"] and answers[0]["candidates"][0]["speaker_id"] == "Ann"
    text = cluster.command("recognize", *where, recordings(BOB, 2)).stdout
    assert ": Bob " in text and "of 2 people" in text

    status, people = said(cluster, "users", *where)
    assert status == 0 and [person["speaker_id"] for person in people] == ["Ann", "b"]
    cluster.command("remove-user", *where, "Ann")
    assert [person["speaker_id"] for person in said(cluster, "users", *where)[1]] == ["b"]
    gone = cluster.command("remove-user", *where, "Ann", check=False)
    assert gone.returncode == 3 and "NOT_FOUND" in gone.stderr


def test_everyone_of_a_folder_is_enrolled_once(cluster, collection, tmp_path):
    where = ("--collection", collection)
    for name, person in (("Ann Ünal", ANN), ("鲍勃", BOB)):
        (tmp_path / name).mkdir()
        for seed in (1, 2):
            (tmp_path / name / f"{seed}.wav").write_bytes(wav(voice(**person, seed=seed)))
    (tmp_path / "鲍勃" / "3.wav").write_bytes(b"no audio")
    (tmp_path / "鲍勃" / "notes.txt").write_text("no recording")
    (tmp_path / "audio_indexes.bin").write_bytes(b"mvector's")
    (tmp_path / "nobody").mkdir()
    status, first = said(cluster, "register", "--from-folder", str(tmp_path), *where)
    assert status == 1 and (first["people"], first["recordings"], first["there_before"]) == (2, 4, 0)
    (left,) = first["left_out"]
    assert "鲍勃/3.wav" in left and "audio" in left
    # The same command goes on: what is there stays, what is new comes.
    (tmp_path / "鲍勃" / "3.wav").write_bytes(wav(voice(**BOB, seed=3)))
    status, again = said(cluster, "register", "--from-folder", str(tmp_path), *where)
    assert status == 0 and (again["people"], again["recordings"], again["there_before"]) == (1, 1, 4)
    people = {person["speaker_id"]: person for person in said(cluster, "users", *where)[1]}
    assert set(people) == {"Ann Ünal", "鲍勃"}
    unknown = str(tmp_path.parent / "unknown.wav")
    (tmp_path.parent / "unknown.wav").write_bytes(wav(voice(**BOB, seed=9)))
    assert said(cluster, "recognize", *where, unknown)[1][0]["speaker_id"] == "鲍勃"
    empty = cluster.command("register", "--from-folder", str(tmp_path / "nobody"), check=False)
    assert empty.returncode == 3 and "has nobody" in empty.stderr


def test_an_interrupted_registration_of_a_folder_goes_on(cluster, gateway, collection, tmp_path):
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb

    names = [f"person-{number}" for number in range(60)]
    recording = wav(voice(**ANN, seed=1))
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.wav").write_bytes(recording)

    def people():
        return gateway.ListSpeakers(pb.ListSpeakersRequest(collection=collection), timeout=10).speakers

    arguments = ["register", "--from-folder", str(tmp_path), "--collection", collection]
    command = subprocess.Popen(
        [BIN / "voiceprint", *arguments], env=cluster.environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True)
    eventually(people, what="that the first one is enrolled")
    command.send_signal(signal.SIGINT)
    _, told = command.communicate(timeout=60)
    assert command.returncode == 130 and "the same command goes on" in told
    status, rest = said(cluster, *arguments)
    assert status == 0 and 0 < rest["there_before"] < 60 and rest["recordings"] == 60 - rest["there_before"]
    assert [(person.speaker_id, len(person.utterances)) for person in people()] == [(name, 1) for name in sorted(names)]


def test_contrast_answers_by_its_status(cluster, recordings):
    status, same = said(cluster, "contrast", recordings(ANN, 1), recordings(ANN, 2))
    assert status == 0 and same["same"] and same["score"] >= same["threshold"]
    status, other = said(cluster, "contrast", "--threshold", "1", recordings(ANN, 1), recordings(EVE, 1))
    assert status == 1 and not other["same"] and other["threshold"] == 1


def test_collections_and_epochs(cluster):
    cluster.command("collections", "create", "made-here")
    listed = said(cluster, "collections", "list")[1]
    assert [item["people"] for item in listed if item["collection"] == "made-here"] == [0]
    cluster.command("collections", "delete", "made-here")
    assert "made-here" not in cluster.command("collections").stdout
    epochs = said(cluster, "epochs", "list")[1]
    assert sum(epoch["is_default"] for epoch in epochs) == 1 and epochs[0]["embedding_size"] > 0


@pytest.mark.parametrize("arguments, status, word", [
    (["contrast", "one.wav"], 2, "second"),
    (["no-such-command"], 2, "no-such-command"),
    (["up", "--replicas", "embedding=0"], 2, "replicas"),
    (["up", "--epoch", "a", "--model", "b"], 2, "exclude"),
    (["contrast", "/nowhere/a.wav", "/nowhere/b.wav"], 3, "/nowhere/a.wav"),
    (["recognize", "--gateway", "127.0.0.1:1", __file__], 3, "voiceprint up"),
    (["recognize", __file__], 3, "INVALID_ARGUMENT"),
    (["up"], 3, "voiceprint down"),
    (["epochs", "publish", "/nowhere"], 3, "import-model"),
])
def test_errors_have_their_status_and_say_what_to_do(cluster, arguments, status, word):
    result = cluster.command(*arguments, check=False)
    assert result.returncode == status and word in result.stderr, f"{result.returncode}: {result.stderr}"


def test_every_command_has_help(cluster):
    commands = ["up", "down", "status", "start", "postgres", "epochs", "contrast", "register", "recognize", "users",
                "remove-user", "collections", "demo", "import-model", "embed", "eval", "create-data",
                "extract-features", "train", "model-summary", "benchmark", "dataset", "jobs"]
    for command in [[], *([command] for command in commands)]:
        result = cluster.command(*command, "--help")
        assert "USAGE: voiceprint" in result.stdout and not result.stderr


def test_the_status_tells_what_ended_and_what_serves(stubs, model_arguments):
    own = Cluster(short_folder(), *model_arguments)
    try:
        assert own.status()["gateway"] and own.command("status").returncode == 0
        kinds = [process["service"] for process in own.status()["processes"]]
        assert kinds == ["postgres", "registry", "feature", "embedding", "trainer", "gateway", "console"]
        assert all(process["health"] == "SERVING" for process in own.status()["processes"])
        assert len(own.process("embedding")["epochs"]) == 1
        own.kill("feature")
        assert own.command("status", check=False).returncode == 1
        assert own.process("feature")["health"] == "ENDED"
    finally:
        pids = [process["pid"] for process in own.status()["processes"]]
        own.down()
    assert own.status()["processes"] == []
    for pid in pids:
        assert not is_running(pid)


def test_a_cluster_in_the_foreground_ends_with_the_command(stubs, model_arguments):
    state = short_folder()
    environment = {**os.environ, "VOICEPRINT_STATE": str(state)}
    command = subprocess.Popen(
        [str(BIN / "voiceprint"), "up", "--foreground", "--json", *model_arguments], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    pids = [process["pid"] for process in json.loads(command.stdout.readline())["processes"]]
    assert len(pids) == 7 and all(is_running(pid) for pid in pids)
    command.send_signal(signal.SIGINT)
    assert command.wait(timeout=60) == 0
    assert not any(is_running(pid) for pid in pids)


def is_running(pid: int) -> bool:
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
