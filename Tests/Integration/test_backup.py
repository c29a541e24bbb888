"""A backup and what comes back of it, as an operator has it on the command line."""

import json

import grpc
import pytest

from cluster import Cluster
from test_recognition import ANN, BOB, EVE, clip, enroll, identify, pb
from voices import short_folder


@pytest.fixture(scope="module")
def own(stubs, model_arguments):
    running = Cluster(short_folder(), *model_arguments)
    running.model = model_arguments
    yield running
    running.down()


def call(cluster, body):
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    with grpc.insecure_channel(cluster.address("gateway")) as channel:
        return body(gateway_service_pb2_grpc.GatewayServiceStub(channel))


def test_a_person_who_was_deleted_after_a_backup_does_not_come_back(own, tmp_path):
    backup = tmp_path / "voiceprint.dump"

    def before(door):
        own.command("collections", "create", "kept", "--retain-audio")
        for name, voice in (("ann", ANN), ("bob", BOB)):
            enroll(door, "kept", name, clip(voice, 1), clip(voice, 2))
        own.command("backup", "--out", str(backup))
        door.DeleteSpeaker(pb().DeleteSpeakerRequest(collection="kept", speaker_id="ann"), timeout=10)
        # Enrolled after the backup: lost with it, as restoring means.
        enroll(door, "kept", "eve", clip(EVE, 1))

    call(own, before)
    note = json.loads((tmp_path / "voiceprint.dump.json").read_text())
    assert note["people"] == 2 and note["schema"] > 0 and len(note["sha256"]) == 64
    assert backup.stat().st_mode & 0o077 == 0
    for line in (own.state / "service.keys").read_bytes().split():
        assert line not in backup.read_bytes()
    assert own.command("backup", "--out", str(backup), check=False).returncode == 3

    running = own.command("restore", str(backup), check=False)
    assert running.returncode == 3 and "voiceprint down" in running.stderr
    own.down()
    occupied = own.command("restore", str(backup), check=False)
    assert occupied.returncode == 3 and "2 people are enrolled" in occupied.stderr and "--replace" in occupied.stderr
    without = own.command("restore", "--replace", "--ledger", str(tmp_path / "none"), str(backup), check=False)
    assert without.returncode == 3 and "--without-ledger" in without.stderr
    damaged = tmp_path / "damaged.dump"
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    (tmp_path / "damaged.dump.json").write_text(json.dumps(note))
    broken = own.command("restore", "--replace", str(damaged), check=False)
    assert broken.returncode == 3 and "is damaged" in broken.stderr
    newer = json.dumps({**note, "schema": note["schema"] + 1})
    (tmp_path / "damaged.dump.json").write_text(newer)
    assert "at least as new" in own.command("restore", "--replace", str(damaged), check=False).stderr

    own.command("restore", "--replace", str(backup))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "damaged.dump", "damaged.dump.json", "voiceprint.dump", "voiceprint.dump.json"]
    own.command("up", *own.model)

    def after(door):
        found = identify(door, "kept", clip(BOB, 3))
        assert found.speaker_id == "bob" and found.gallery_size == 1
        found = identify(door, "kept", clip(ANN, 3))
        assert [match.speaker_id for match in found.candidates] == ["bob"]
        for name in ("ann", "eve"):
            with pytest.raises(grpc.RpcError) as caught:
                door.GetSpeaker(pb().GetSpeakerRequest(collection="kept", speaker_id=name), timeout=10)
            assert caught.value.code() == grpc.StatusCode.NOT_FOUND
        # Its recordings open with the keys, which were elsewhere.
        utterance = door.GetSpeaker(
            pb().GetSpeakerRequest(collection="kept", speaker_id="bob"), timeout=10).speaker.utterances[0].utterance_id
        recording = door.GetRecording(
            pb().GetRecordingRequest(collection="kept", speaker_id="bob", utterance_id=utterance), timeout=10)
        assert recording.audio.content

    call(own, after)
    assert json.loads(own.command("audit", "verify", "--json").stdout)["whole"]
    actions = [json.loads(line) for line in own.command("audit", "list", "--json").stdout.splitlines()]
    assert [row["action"] for row in actions if row["action"].startswith(("erasure", "database"))] == [
        # The backup's own row came after it.
        "erasure.replay", "database.restore"]


def test_what_was_there_comes_back_when_a_restore_fails(own, tmp_path):
    backup = tmp_path / "voiceprint.dump"
    own.command("backup", "--out", str(backup))
    own.down()
    foreign = tmp_path / "foreign.ledger"
    foreign.write_text("nonsense nonsense\n")
    failed = own.command("restore", "--replace", "--ledger", str(foreign), str(backup), check=False)
    assert failed.returncode == 3 and "ledger" in failed.stderr
    own.command("up", *own.model)
    assert call(own, lambda door: identify(door, "kept", clip(BOB, 3))).speaker_id == "bob"
