"""The audit log, export and erasure, as an operator has them on the command line."""

import io
import json
import re
import tarfile
import wave

import grpc
import pytest

from cluster import Cluster
from test_recognition import ANN, BOB, clip, enroll, identify, pb
from voices import short_folder

HOSTILE = "../../../../tmp/../ann\\..;$(id)' \"ü"


@pytest.fixture(scope="module")
def own(stubs, model_arguments):
    running = Cluster(short_folder(), *model_arguments)
    running.command("start", "registry")
    yield running
    running.down()


@pytest.fixture(scope="module")
def door(own):
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    with grpc.insecure_channel(own.address("gateway")) as channel:
        stub = gateway_service_pb2_grpc.GatewayServiceStub(channel)
        own.command("collections", "create", "kept", "--retain-audio")
        for name, voice in ((HOSTILE, ANN), ("bob", BOB)):
            enroll(stub, "kept", name, clip(voice, 1), clip(voice, 2))
        yield stub


def rows(cluster, *arguments):
    return [json.loads(line) for line in cluster.command("audit", "list", "--json", *arguments).stdout.splitlines()]


def test_the_audit_log_says_who_did_what(own, door):
    enrolled = rows(own, "--action", "person.enroll", "--collection", "kept")
    assert [(row["speaker"], row["count"], row["outcome"]) for row in enrolled] == [
        (HOSTILE, 2, "OK"), ("bob", 2, "OK")]
    # The gateway passes on where the call came from, whatever the caller says of itself.
    assert {row["caller"] for row in enrolled} == {"ipv4:127.0.0.1"} and enrolled[0]["program"] == "voiceprint-registry"
    door.DeleteCollection(pb().DeleteCollectionRequest(collection="default"), timeout=10,
                          metadata=[("voiceprint-caller", "somebody-else")])
    last = rows(own, "--action", "collection")[-1]
    assert (last["action"], last["collection"], last["caller"]) == ("collection.delete", "default", "ipv4:127.0.0.1")
    with pytest.raises(grpc.RpcError):
        door.DeleteSpeaker(pb().DeleteSpeakerRequest(collection="kept", speaker_id="nobody"), timeout=10)
    assert rows(own, "--since", "2020-01-01")[-1]["outcome"] == "SPEAKER_NOT_FOUND"
    assert rows(own, "--since", "2199-01-01T00:00:00Z") == []


def test_the_verifier_and_an_anchor(own, door):
    anchor = own.command("audit", "anchor").stdout.strip()
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", anchor)
    assert json.loads(own.command("audit", "verify", "--anchor", anchor, "--json").stdout)["whole"]
    number, digits = anchor.split(":")
    other = f"{number}:{'0' * 64}"
    wrong = own.command("audit", "verify", "--anchor", other, check=False)
    assert wrong.returncode == 1 and f"row {number} is not the row of the anchor" in wrong.stdout
    assert own.command("audit", "verify", "--anchor", "x", check=False).returncode == 2


def test_export_holds_everything_and_nothing_escapes(own, door, tmp_path):
    folder = tmp_path / "deep" / "er"
    folder.parent.mkdir()
    own.command("export", "--collection", "kept", "--speaker", HOSTILE, "--out", str(folder))
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == {
        f"deep/er/{name}" for name in (
            "person.json", "voiceprints.json", "audit.jsonl", "recordings/1.wav", "recordings/2.wav")}
    assert folder.stat().st_mode & 0o077 == 0
    person = json.loads((folder / "person.json").read_text())
    assert person["speaker_id"] == HOSTILE
    assert [item["recording"] for item in person["utterances"]] == ["recordings/1.wav", "recordings/2.wav"]
    vectors = json.loads((folder / "voiceprints.json").read_text())
    assert len(vectors["templates"]) == 1 and len(vectors["utterances"]) == 2
    assert abs(sum(value * value for value in vectors["templates"][0]["values"]) - 1) < 1e-4
    assert vectors["templates"][0]["epoch"] == person["epoch"]
    with wave.open(str(folder / "recordings/1.wav")) as recording:
        assert recording.getnframes() > 0
    logged = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    assert [row["action"] for row in logged] == ["person.enroll", "person.export"]
    assert {row["person"] for row in logged} == {person["random_name"]}
    assert logged[1]["caller"].startswith("operator:")

    archive = tmp_path / "ann.tar"
    own.command("export", "--collection", "kept", "--speaker", HOSTILE, "--out", str(archive))
    with tarfile.open(archive) as tar:
        names = {member.name for member in tar.getmembers() if member.isfile()}
        assert names == {"./person.json", "./voiceprints.json", "./audit.jsonl", "./recordings/1.wav",
                         "./recordings/2.wav"}
        assert json.load(io.TextIOWrapper(tar.extractfile("./person.json")))["speaker_id"] == HOSTILE
    assert archive.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ann.tar", "deep"]
    again = own.command("export", "--collection", "kept", "--speaker", HOSTILE, "--out", str(archive), check=False)
    assert again.returncode == 3 and "is there already" in again.stderr
    missing = own.command(
        "export", "--collection", "kept", "--speaker", "nobody", "--out", str(tmp_path / "none"), check=False)
    assert missing.returncode == 3 and sorted(path.name for path in tmp_path.iterdir()) == ["ann.tar", "deep"]


def test_erasure_ends_every_answer_and_gives_a_receipt(own, door):
    assert identify(door, "kept", clip(ANN, 3)).speaker_id == HOSTILE
    asked = own.command("erase", "--collection", "kept", "--speaker", HOSTILE, check=False)
    assert asked.returncode == 3 and "--yes" in asked.stderr
    assert identify(door, "kept", clip(ANN, 3)).speaker_id == HOSTILE
    receipt = json.loads(
        own.command("erase", "--collection", "kept", "--speaker", HOSTILE, "--yes", "--json").stdout)
    assert receipt["utterances"] == 2 and receipt["still_answering"] == [] and len(receipt["registries_asked"]) == 2
    ledger = (own.state / "erasures.ledger").read_text()
    assert f" {receipt['random_name']} " in ledger and HOSTILE not in ledger and HOSTILE not in json.dumps(receipt)
    own.command("audit", "verify", "--anchor", receipt["audit_anchor"])
    mine = [row for row in rows(own) if row["person"] == receipt["random_name"]]
    assert [row["action"] for row in mine][-1] == "person.erase" and "speaker" not in mine[-1]
    assert identify(door, "kept", clip(BOB, 3)).speaker_id == "bob"
    with pytest.raises(grpc.RpcError) as caught:
        door.GetSpeaker(pb().GetSpeakerRequest(collection="kept", speaker_id=HOSTILE), timeout=10)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    second = own.command("erase", "--collection", "kept", "--speaker", HOSTILE, "--yes", check=False)
    assert second.returncode == 3
