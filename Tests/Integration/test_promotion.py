"""Promotions through the processes: epochs change under a collection while it answers, and come back."""

import json
import os
import pathlib
import signal
import threading

import grpc
import pytest

import voices
from cluster import eventually
from voices import ANN, BOB, EVE, voice, wav


def clip(person, seed=0):
    from voiceprint.types.v1 import audio_pb2

    return audio_pb2.Audio(content=wav(voice(**person, seed=seed)))


def pb():
    from voiceprint.gateway.v1 import gateway_service_pb2

    return gateway_service_pb2


@pytest.fixture(scope="module")
def candidate(cluster, tmp_path_factory):
    """The same network with another threshold: another epoch."""
    folder = tmp_path_factory.mktemp("candidate") / "epoch"
    cluster.command("import-model", voices.model_arguments()[1], "--out", str(folder), "--threshold", "0.41")
    return cluster.command("epochs", "publish", str(folder)).stdout.split()[0]


@pytest.fixture
def retaining(gateway):
    from voiceprint.types.v1 import people_pb2

    gateway.CreateCollection(
        pb().CreateCollectionRequest(collection="retaining", retain_audio=people_pb2.AUDIO_RETENTION_ENCRYPTED),
        timeout=10)
    for name, person in (("ann", ANN), ("bob", BOB)):
        gateway.Enroll(
            pb().EnrollRequest(collection="retaining", speaker_id=name, audios=[clip(person, 1), clip(person, 2)]),
            timeout=30)
    yield "retaining"
    gateway.DeleteCollection(pb().DeleteCollectionRequest(collection="retaining"), timeout=10)


def epoch_of(gateway, collection):
    return gateway.GetCollection(pb().GetCollectionRequest(collection=collection), timeout=10).collection.epoch


def test_no_call_fails_while_a_collection_goes_over_and_back(cluster, gateway, retaining, candidate):
    before = epoch_of(gateway, retaining)
    assert candidate != before
    seen, failed, over = set(), [], threading.Event()

    def call():
        while not over.is_set():
            try:
                found = gateway.Identify(pb().IdentifyRequest(collection=retaining, audio=clip(ANN, 3)), timeout=30)
                seen.add((found.epoch, found.candidates[0].speaker_id, round(found.threshold, 2)))
            except (grpc.RpcError, IndexError) as error:
                failed.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    try:
        cluster.command("epochs", "promote", candidate, "--collection", retaining)
        assert epoch_of(gateway, retaining) == candidate
        gateway.Enroll(pb().EnrollRequest(collection=retaining, speaker_id="eve", audios=[clip(EVE, 1)]), timeout=30)
        cluster.command("epochs", "roll-back", "--collection", retaining)
        assert epoch_of(gateway, retaining) == before
    finally:
        over.set()
        caller.join()
    assert not failed, failed[:3]
    assert {person for _, person, _ in seen} == {"ann"}
    assert (candidate, "ann", 0.41) in seen and {epoch for epoch, _, _ in seen} == {before, candidate}
    # Who was enrolled in between is known to the old epoch too.
    found = gateway.Identify(pb().IdentifyRequest(collection=retaining, audio=clip(EVE, 2)), timeout=30)
    assert found.epoch == before and found.candidates[0].speaker_id == "eve" and found.gallery_size == 3


def test_people_without_a_recording_stop_a_promotion_or_are_told(cluster, gateway, collection, candidate):
    gateway.Enroll(pb().EnrollRequest(collection=collection, speaker_id="ann", audios=[clip(ANN, 1)]), timeout=30)
    before = epoch_of(gateway, collection)
    result = cluster.command("epochs", "promote", candidate, "--collection", collection, check=False)
    assert result.returncode != 0 and "1 people" in result.stderr
    assert epoch_of(gateway, collection) == before
    lacking = ["epochs", "without-audio", "--collection", collection]
    assert cluster.command(*lacking).stdout == "ann\n"
    assert json.loads(cluster.command(*lacking, "--epoch", before, "--json").stdout) == []

    cluster.command("epochs", "promote", candidate, "--collection", collection, "--without-audio", "proceed")
    ann = gateway.GetSpeaker(pb().GetSpeakerRequest(collection=collection, speaker_id="ann"), timeout=10).speaker
    assert ann.needs_reenrollment and ann.epoch == candidate
    with pytest.raises(grpc.RpcError) as caught:
        gateway.Verify(pb().VerifyRequest(collection=collection, speaker_id="ann", audio=clip(ANN, 2)), timeout=30)
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION and "enrol" in caught.value.details()
    listed = gateway.ListSpeakers(
        pb().ListSpeakersRequest(collection=collection, needs_reenrollment=True), timeout=10).speakers
    assert [speaker.speaker_id for speaker in listed] == ["ann"]
    gateway.Enroll(pb().EnrollRequest(collection=collection, speaker_id="ann", audios=[clip(ANN, 2)]), timeout=30)
    found = gateway.Identify(pb().IdentifyRequest(collection=collection, audio=clip(ANN, 3)), timeout=30)
    assert found.candidates[0].speaker_id == "ann" and found.epoch == candidate


@pytest.mark.parametrize("place", ["promotion.before_store", "promotion.in_flip"])
def test_a_trainer_that_dies_is_replaced_and_the_old_epoch_serves(cluster, gateway, retaining, candidate, place):
    for process in cluster.status()["processes"]:
        if process["service"] == "trainer" and process["health"] == "SERVING":
            os.kill(process["pid"], signal.SIGKILL)
    before = epoch_of(gateway, retaining)
    cluster.environment["VOICEPRINT_FAILPOINTS"] = f"{place}=kill"
    try:
        doomed = json.loads(cluster.command("start", "trainer", "--json").stdout)["pid"]
    finally:
        del cluster.environment["VOICEPRINT_FAILPOINTS"]
    started = cluster.command("epochs", "promote", candidate, "--collection", retaining, "--no-wait")
    promotion = started.stdout.split()[1]
    eventually(lambda: not pathlib.Path(f"/proc/{doomed}").exists(), what="the trainer's death")
    found = gateway.Identify(pb().IdentifyRequest(collection=retaining, audio=clip(BOB, 3)), timeout=30)
    assert found.epoch == before and found.candidates[0].speaker_id == "bob"
    cluster.command("start", "trainer")
    cluster.command("epochs", "watch", promotion)
    found = gateway.Identify(pb().IdentifyRequest(collection=retaining, audio=clip(BOB, 3)), timeout=30)
    assert found.epoch == candidate and found.candidates[0].speaker_id == "bob"
