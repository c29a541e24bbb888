"""What people use the system for, through the public door, with a Python client made from Protos/."""

import concurrent.futures

import grpc
import pytest

import voices
from voices import ANN, BOB, EVE, voice, wav


def pb():
    from voiceprint.gateway.v1 import gateway_service_pb2

    return gateway_service_pb2


def audio(content: bytes, **fields):
    from voiceprint.types.v1 import audio_pb2

    return audio_pb2.Audio(content=content, **fields)


def clip(person, seed=0, seconds=3.0, **fields):
    return audio(wav(voice(**person, seed=seed, seconds=seconds)), **fields)


def enroll(gateway, collection, speaker, *audios, **fields):
    return gateway.Enroll(
        pb().EnrollRequest(collection=collection, speaker_id=speaker, audios=audios, **fields), timeout=30)


def identify(gateway, collection, audio, **fields):
    return gateway.Identify(pb().IdentifyRequest(collection=collection, audio=audio, **fields), timeout=30)


def test_enrol_identify_verify_delete(gateway, collection):
    first = enroll(gateway, collection, "ann", clip(ANN, 1), clip(ANN, 2), display_name="Ann", labels={"floor": "3"})
    assert first.created and len(first.speaker.utterances) == 2 and first.epoch
    assert all(report.duration_seconds == pytest.approx(3.0) for report in first.reports)
    enroll(gateway, collection, "bob", clip(BOB, 1))

    found = identify(gateway, collection, clip(ANN, 3))
    assert found.decision == pb().DECISION_ACCEPTED and found.speaker_id == "ann"
    assert [match.speaker_id for match in found.candidates] == ["ann", "bob"]
    assert found.score == found.candidates[0].score >= found.threshold and found.margin > 0
    assert found.epoch == first.epoch and found.gallery_size == 2 and found.report.speech_seconds > 1

    claim = gateway.Verify(
        pb().VerifyRequest(collection=collection, speaker_id="bob", audio=clip(ANN, 3)), timeout=30)
    assert claim.score == pytest.approx(found.candidates[1].score, abs=1e-5)

    deleted = gateway.DeleteSpeaker(pb().DeleteSpeakerRequest(collection=collection, speaker_id="ann"), timeout=10)
    assert deleted.deleted_utterances == 2
    assert [m.speaker_id for m in identify(gateway, collection, clip(ANN, 3)).candidates] == ["bob"]


def test_an_empty_gallery_knows_nobody(gateway, collection):
    answer = identify(gateway, collection, clip(EVE))
    assert answer.decision == pb().DECISION_REJECTED and not answer.candidates and not answer.speaker_id
    assert answer.gallery_size == 0 and not answer.HasField("margin")


def test_the_last_one_removed_leaves_an_empty_gallery(gateway, collection):
    person = enroll(gateway, collection, "ann", clip(ANN, 1), clip(ANN, 2)).speaker
    for utterance in person.utterances:
        rest = gateway.DeleteUtterance(
            pb().DeleteUtteranceRequest(
                collection=collection, speaker_id="ann", utterance_id=utterance.utterance_id), timeout=10)
    assert not rest.HasField("speaker")
    assert identify(gateway, collection, clip(ANN, 3)).gallery_size == 0
    enroll(gateway, collection, "ann", clip(ANN, 1))
    assert identify(gateway, collection, clip(ANN, 3)).gallery_size == 1


def test_contrast(gateway):
    same = gateway.Contrast(pb().ContrastRequest(first=clip(ANN, 1), second=clip(ANN, 2)), timeout=30)
    other = gateway.Contrast(pb().ContrastRequest(first=clip(ANN, 1), second=clip(BOB, 2)), timeout=30)
    assert same.decision == pb().DECISION_ACCEPTED and same.score > other.score
    assert same.epoch and same.threshold == other.threshold


def test_a_threshold_of_zero_counts_once_and_does_not_stick(gateway, collection):
    enroll(gateway, collection, "ann", clip(ANN, 1))
    usual = identify(gateway, collection, clip(BOB, 1))
    at_zero = identify(gateway, collection, clip(BOB, 1), threshold=0)
    at_one = identify(gateway, collection, clip(BOB, 1), threshold=1)
    assert at_zero.threshold == 0 and (at_zero.decision == pb().DECISION_ACCEPTED) == (at_zero.score >= 0)
    assert at_one.threshold == 1 and at_one.decision == pb().DECISION_REJECTED
    assert identify(gateway, collection, clip(BOB, 1)).threshold == usual.threshold


def test_the_same_request_id_enrols_once(gateway, collection):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(
            lambda _: enroll(gateway, collection, "ann", clip(ANN, 1), request_id="once"), range(8)))
    assert sum(not answer.replayed for answer in answers) == 1
    assert len({answer.speaker.utterances[0].utterance_id for answer in answers}) == 1
    assert all(len(answer.speaker.utterances) == 1 for answer in answers)


@pytest.mark.parametrize(
    "name", ["../x", "..", "a/b", "'; DROP TABLE speakers; --", "مرحبا", "\u202eabc", "张三", "a" * 256])
def test_hostile_names_are_just_names(gateway, collection, name):
    enroll(gateway, collection, name, clip(ANN, 1), display_name=name[:200])
    person = gateway.GetSpeaker(pb().GetSpeakerRequest(collection=collection, speaker_id=name), timeout=10).speaker
    assert person.speaker_id == name
    assert identify(gateway, collection, clip(ANN, 2)).candidates[0].speaker_id == name
    gateway.DeleteSpeaker(pb().DeleteSpeakerRequest(collection=collection, speaker_id=name), timeout=10)


@pytest.mark.parametrize("name", ["", "a\x00b", "a\nb", "x" * 10_240])
def test_impossible_names_are_refused_by_field(gateway, collection, name):
    with pytest.raises(grpc.RpcError) as caught:
        enroll(gateway, collection, name, clip(ANN, 1))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_listing_pages_through_everyone_once(gateway, collection):
    names = [f"person-{index:02d}" for index in range(7)]
    for name in names:
        enroll(gateway, collection, name, clip(ANN, 1, seconds=1.0))
    seen, token = [], ""
    while True:
        page = gateway.ListSpeakers(
            pb().ListSpeakersRequest(collection=collection, page_size=3, page_token=token), timeout=10)
        seen += [speaker.speaker_id for speaker in page.speakers]
        token = page.next_page_token
        if not token:
            break
    assert seen == names
    with pytest.raises(grpc.RpcError) as caught:
        gateway.ListSpeakers(
            pb().ListSpeakersRequest(collection=collection, page_token="no token"), timeout=10)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_many_at_once_agree_with_one_at_a_time(gateway, collection):
    """Batch invariance: what else is asked at the same time changes no bit of a score."""
    enroll(gateway, collection, "ann", clip(ANN, 1))
    probes = [clip(person, seed, seconds) for person in (ANN, BOB, EVE) for seed in (5, 6) for seconds in (1.0, 2.5)]
    alone = [identify(gateway, collection, probe).score for probe in probes]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda probe: identify(gateway, collection, probe).score, probes * 4))
    assert together == alone * 4
