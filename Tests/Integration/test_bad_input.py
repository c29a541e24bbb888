"""Whatever comes in: a clear error that names the field, and the service lives on."""

import grpc
import pytest

from test_recognition import ANN, audio, clip, enroll, identify, pb
from voices import float_wav, voice, wav


def error_details(error):
    from google.rpc import error_details_pb2, status_pb2

    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            assert status.code == error.code().value[0]
            for detail in status.details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return info
    raise AssertionError(f"no ErrorInfo with {error}")


GOOD = wav(voice(**ANN))
BAD_AUDIO = {
    "empty": b"",
    "one byte": b"R",
    "text": b"this is not audio, however long it goes on " * 50,
    "header only": wav([]),
    "one sample": wav([0.5]),
    "too short": wav(voice(**ANN, seconds=0.2)),
    "digital silence": wav([0.0] * 32000),
    "not a number": float_wav([float("nan")] * 16000),
    "infinite": float_wav([0.1, float("inf")] * 8000),
    "header cut": GOOD[:30],
}


@pytest.mark.parametrize("name", BAD_AUDIO)
def test_bad_audio_is_refused_by_field(gateway, name):
    with pytest.raises(grpc.RpcError) as caught:
        gateway.Embed(pb().EmbedRequest(audio=audio(BAD_AUDIO[name])), timeout=30)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT, caught.value.details()
    assert "audio" in caught.value.details()
    info = error_details(caught.value)
    assert info.domain == "voiceprint" and info.reason


def test_a_bad_second_recording_is_named_and_nothing_is_enrolled(gateway, collection):
    with pytest.raises(grpc.RpcError) as caught:
        enroll(gateway, collection, "ann", clip(ANN, 1), audio(b"noise"))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "audios[1]" in caught.value.details()
    assert identify(gateway, collection, clip(ANN, 2)).gallery_size == 0


@pytest.mark.parametrize(
    "rate,channels,width", [(8000, 1, 2), (16000, 2, 2), (44100, 2, 3), (48000, 1, 4), (22050, 6, 2)])
def test_any_ordinary_format_is_taken(gateway, rate, channels, width):
    samples = voice(**ANN, seconds=2.0, rate=rate)
    answer = gateway.Embed(pb().EmbedRequest(audio=audio(wav(samples, rate, channels, width))), timeout=30)
    assert answer.report.sample_rate_hz == rate and answer.report.channels == channels
    assert len(answer.embedding.values) == 192 and answer.embedding.epoch


def test_headerless_samples_give_the_file_s_voiceprint(gateway):
    from voiceprint.types.v1 import audio_pb2

    whole = gateway.Embed(pb().EmbedRequest(audio=audio(GOOD)), timeout=30).embedding.values
    raw = gateway.Embed(
        pb().EmbedRequest(audio=audio(GOOD[44:], encoding=audio_pb2.Audio.ENCODING_PCM_S16LE, sample_rate_hz=16000)),
        timeout=30).embedding.values
    assert list(whole) == list(raw)
    with pytest.raises(grpc.RpcError) as caught:
        gateway.Embed(
            pb().EmbedRequest(audio=audio(GOOD[44:], encoding=audio_pb2.Audio.ENCODING_PCM_S16LE)), timeout=30)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "sample_rate" in caught.value.details()


def test_a_clipped_recording_is_answered_with_a_warning(gateway):
    from voiceprint.types.v1 import audio_pb2

    loud = [40 * sample for sample in voice(**ANN)]
    warnings = gateway.Embed(pb().EmbedRequest(audio=audio(wav(loud))), timeout=30).report.warnings
    assert audio_pb2.AUDIO_WARNING_CLIPPED in warnings
    quiet = [0.002 * sample for sample in voice(**ANN)]
    warnings = gateway.Embed(pb().EmbedRequest(audio=audio(wav(quiet, width=3))), timeout=30).report.warnings
    assert audio_pb2.AUDIO_WARNING_QUIET in warnings


def test_a_ten_hour_header_is_refused_before_it_costs_anything(gateway):
    lying = bytearray(wav([0.0] * 16000))
    lying[40:44] = (10 * 3600 * 32000).to_bytes(4, "little")
    lying[4:8] = (10 * 3600 * 32000 + 36).to_bytes(4, "little")
    with pytest.raises(grpc.RpcError) as caught:
        gateway.Embed(pb().EmbedRequest(audio=audio(bytes(lying))), timeout=30)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_malformed_and_oversized_messages_are_refused(channel, gateway):
    raw = channel.unary_unary("/voiceprint.gateway.v1.GatewayService/Embed")
    with pytest.raises(grpc.RpcError) as caught:
        raw(b"\x0a\xff\xff\xff\xff\x7f garbage", timeout=10)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as caught:
        gateway.Embed(pb().EmbedRequest(audio=audio(b"x" * (80 << 20))), timeout=30)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/voiceprint.gateway.v1.GatewayService/NoSuchMethod")(b"", timeout=10)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("threshold", [1.5, -1.01, float("nan")])
def test_a_threshold_that_is_no_cosine_is_refused(gateway, threshold):
    with pytest.raises(grpc.RpcError) as caught:
        gateway.Contrast(
            pb().ContrastRequest(first=clip(ANN, 1), second=clip(ANN, 2), threshold=threshold), timeout=30)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT and "threshold" in caught.value.details()


def test_what_does_not_exist_is_not_found(gateway, collection):
    calls = [
        lambda: gateway.Embed(pb().EmbedRequest(audio=clip(ANN), epoch="Nothing-1"), timeout=10),
        lambda: identify(gateway, "no such collection", clip(ANN)),
        lambda: gateway.GetSpeaker(pb().GetSpeakerRequest(collection=collection, speaker_id="nobody"), timeout=10),
        lambda: gateway.DeleteSpeaker(
            pb().DeleteSpeakerRequest(collection=collection, speaker_id="nobody"), timeout=10),
        lambda: gateway.DeleteCollection(pb().DeleteCollectionRequest(collection="nothing"), timeout=10),
        lambda: gateway.Verify(
            pb().VerifyRequest(collection=collection, speaker_id="nobody", audio=clip(ANN)), timeout=10),
    ]
    for call in calls:
        with pytest.raises(grpc.RpcError) as caught:
            call()
        assert caught.value.code() == grpc.StatusCode.NOT_FOUND, caught.value.details()
        assert error_details(caught.value).reason.endswith("_NOT_FOUND")
