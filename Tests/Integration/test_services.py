"""The services behind the gateway, spoken to directly as another service would."""

import contextlib
import json
import subprocess

import grpc
import pytest

import voices
from cluster import BIN
from test_recognition import ANN, BOB, audio, clip
from voices import voice, wav


@pytest.fixture(scope="module")
def feature(cluster):
    from voiceprint.feature.v1 import feature_service_pb2_grpc

    with grpc.insecure_channel(cluster.address("feature")) as channel:
        yield feature_service_pb2_grpc.FeatureServiceStub(channel)


@pytest.fixture(scope="module")
def embedding(cluster):
    from voiceprint.embedding.v1 import embedding_service_pb2_grpc

    with grpc.insecure_channel(cluster.address("embedding")) as channel:
        yield embedding_service_pb2_grpc.EmbeddingServiceStub(channel)


def feature_pb():
    from voiceprint.feature.v1 import feature_service_pb2

    return feature_service_pb2


def test_any_chunking_of_a_stream_gives_the_same_features(feature):
    from voiceprint.types.v1 import audio_pb2

    content = wav(voice(**ANN))
    whole = feature.Extract(feature_pb().ExtractRequest(audio=audio(content)), timeout=10).features
    assert whole.bins == 80 and whole.frames == 298 and len(whole.values) == 298 * 80

    def requests(size):
        yield feature_pb().ExtractStreamRequest(config=feature_pb().ExtractStreamConfig(audio=audio_pb2.Audio()))
        for begin in range(0, len(content), size):
            yield feature_pb().ExtractStreamRequest(audio_chunk=content[begin:begin + size])

    for size in (333, 8191, 65536):
        assert feature.ExtractStream(requests(size), timeout=30).features == whole


def test_a_stream_out_of_order_is_refused(feature):
    Request, Config = feature_pb().ExtractStreamRequest, feature_pb().ExtractStreamConfig
    orders = [[], [Request(audio_chunk=b"x")], [Request(config=Config()), Request(config=Config())],
              [Request(config=Config()), Request(audio_chunk=b"x" * 65537)], [Request(config=Config())]]
    for order in orders:
        with pytest.raises(grpc.RpcError) as caught:
            feature.ExtractStream(iter(order), timeout=10)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT, caught.value.details()


def test_a_bad_item_of_a_batch_fails_alone(feature):
    answer = feature.ExtractBatch(
        feature_pb().ExtractBatchRequest(audios=[clip(ANN), audio(b"noise"), clip(BOB)]), timeout=30)
    assert [result.WhichOneof("result") for result in answer.results] == ["extracted", "error", "extracted"]
    assert answer.results[1].error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert "audios[1]" in answer.results[1].error.message


def test_a_front_end_s_unknown_argument_is_named(feature):
    from voiceprint.types.v1 import features_pb2

    front_end = features_pb2.FrontEnd(feature_method="Fbank", method_args={"num_mel_bin": "80"})
    with pytest.raises(grpc.RpcError) as caught:
        feature.Extract(feature_pb().ExtractRequest(audio=clip(ANN), front_end=front_end), timeout=10)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT and "num_mel_bin" in caught.value.details()


def test_embedding_checks_what_it_is_given(embedding, gateway):
    from voiceprint.embedding.v1 import embedding_service_pb2 as pb
    from voiceprint.types.v1 import features_pb2

    epochs = embedding.ListEpochs(pb.ListEpochsRequest(), timeout=10).epochs
    ready = [epoch.epoch for epoch in epochs if epoch.state == pb.LoadedEpoch.STATE_READY]
    assert ready
    Matrix = features_pb2.FeatureMatrix
    good = Matrix(frames=100, bins=80, values=[0.1 * (i % 7) for i in range(8000)])
    answer = embedding.Embed(pb.EmbedRequest(epoch=ready[0], features=[good, good]), timeout=10)
    assert len(answer.embeddings) == 2 and answer.embeddings[0] == answer.embeddings[1]
    bad = [
        ("", [good], grpc.StatusCode.INVALID_ARGUMENT),
        ("../../etc", [good], grpc.StatusCode.INVALID_ARGUMENT),
        ("Nothing-1", [good], grpc.StatusCode.NOT_FOUND),
        (ready[0], [], grpc.StatusCode.INVALID_ARGUMENT),
        (ready[0], [Matrix(frames=3, bins=80, values=[0.0] * 80)], grpc.StatusCode.INVALID_ARGUMENT),
        (ready[0], [Matrix(frames=100, bins=40, values=[0.0] * 4000)], grpc.StatusCode.INVALID_ARGUMENT),
        (ready[0], [Matrix(frames=1, bins=80, values=[float("nan")] * 80)], grpc.StatusCode.INVALID_ARGUMENT),
        (ready[0], [Matrix(frames=4294967295, bins=4294967295)], grpc.StatusCode.INVALID_ARGUMENT),
    ]
    for epoch, features, code in bad:
        with pytest.raises(grpc.RpcError) as caught:
            embedding.Embed(pb.EmbedRequest(epoch=epoch, features=features), timeout=10)
        assert caught.value.code() == code, f"{epoch}: {caught.value.details()}"


def test_epochs_are_watched(embedding):
    from voiceprint.embedding.v1 import embedding_service_pb2 as pb

    stream = embedding.WatchEpochs(pb.WatchEpochsRequest(), timeout=10)
    first = next(iter(stream))
    assert any(epoch.state == pb.LoadedEpoch.STATE_READY and epoch.memory_bytes > 20_000_000 for epoch in first.epochs)
    stream.cancel()


@contextlib.contextmanager
def replica(cluster, cache, *settings):
    """One more embedding replica, which nobody else uses; ended gently, which must not take long."""
    arguments = [f"upstreams.registry=ipv4:{cluster.address('registry')}", f"cache={cache}", *settings]
    process = subprocess.Popen(
        [BIN / "voiceprint-embedding", *(part for setting in arguments for part in ("--set", setting))],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = process.stdout.readline().removeprefix("LISTENING ").strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel
            process.terminate()
            assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def small_replica(cluster, tmp_path):
    """An embedding replica with one thread and one place in its queue."""
    with replica(cluster, tmp_path, "compute.threads=1", "compute.queue=1") as channel:
        yield channel


def first_ready(channel):
    """The stream of a replica's epochs, read until one is ready."""
    from voiceprint.embedding.v1 import embedding_service_pb2 as pb
    from voiceprint.embedding.v1 import embedding_service_pb2_grpc as rpc

    stream = rpc.EmbeddingServiceStub(channel).WatchEpochs(pb.WatchEpochsRequest(), timeout=30)
    for states in stream:
        if any(epoch.state == pb.LoadedEpoch.STATE_READY for epoch in states.epochs):
            return stream
    raise AssertionError("the stream ended before an epoch was ready")


def test_somebody_who_watches_does_not_hold_up_the_end_of_a_replica(cluster, tmp_path):
    with replica(cluster, tmp_path, "compute.threads=1") as channel:
        stream = first_ready(channel)
    assert list(stream) == []


@pytest.fixture(scope="module")
def reduced_epochs(cluster, tmp_path_factory):
    """The same network in fewer bits: an epoch that may be served in float32, and one that may not."""
    folder = tmp_path_factory.mktemp("reduced") / "epoch"
    cluster.command("import-model", voices.model_arguments()[1], "--out", str(folder), "--threshold", "0.37")
    for precision in ("float16", "bf16"):
        allowed = cluster.command(
            "epochs", "publish", str(folder), "--precision", precision, "--float32-fallback", check=False)
        if allowed.returncode == 0:
            strict = cluster.command("epochs", "publish", str(folder), "--precision", precision)
            return precision, allowed.stdout.split()[0], strict.stdout.split()[0]
        assert "does not multiply" in allowed.stderr
    pytest.skip("this machine's processor multiplies float32 numbers alone")


def test_an_epoch_of_few_bits_is_served_so_or_in_float32_or_not_at_all(cluster, embedding, reduced_epochs, tmp_path):
    from voiceprint.embedding.v1 import embedding_service_pb2 as pb
    from voiceprint.embedding.v1 import embedding_service_pb2_grpc as rpc
    from voiceprint.types.v1 import features_pb2

    precision, allowed, strict = reduced_epochs
    listed = {epoch["epoch"]: epoch for epoch in json.loads(cluster.command("epochs", "list", "--json").stdout)}
    assert listed[allowed]["precision"] == listed[strict]["precision"] == precision
    assert [listed[epoch]["float32_fallback"] for epoch in (allowed, strict)] == [True, False]
    assert json.loads(cluster.command("epochs", "show", allowed).stdout)["precision"] == precision

    matrix = features_pb2.FeatureMatrix(frames=200, bins=80, values=[0.1 * (i * i % 31 - 15) for i in range(16_000)])
    plain = embedding.ListEpochs(pb.ListEpochsRequest(), timeout=10).epochs[0].epoch
    voiceprints = {}
    for policy in ("always", "never"):
        with replica(cluster, tmp_path, f"compute.reduced_precision={policy}") as channel:
            stub = rpc.EmbeddingServiceStub(channel)
            for epoch in (plain, allowed, strict):
                try:
                    answer = stub.Embed(pb.EmbedRequest(epoch=epoch, features=[matrix]), timeout=30)
                    voiceprints[policy, epoch] = answer.embeddings[0].values
                except grpc.RpcError as error:
                    assert error.code() == grpc.StatusCode.UNAVAILABLE and "float32" in error.details()
            told = {epoch.epoch: epoch for epoch in stub.ListEpochs(pb.ListEpochsRequest(), timeout=10).epochs}
            served = precision if policy == "always" else "float32"
            assert told[allowed].precision == served and bool(told[allowed].precision_note) == (policy == "never")
            assert (told[strict].state == pb.LoadedEpoch.STATE_REFUSED) == (policy == "never")
    assert list(voiceprints["never", allowed]) == list(voiceprints["always", plain])
    assert list(voiceprints["always", allowed]) == list(voiceprints["always", strict])
    assert list(voiceprints["always", allowed]) != list(voiceprints["always", plain])
    assert ("never", strict) not in voiceprints


def test_replicas_share_a_cache_and_mend_what_is_damaged_in_it(cluster, tmp_path):
    for damage in [False, True]:
        with replica(cluster, tmp_path) as one, replica(cluster, tmp_path) as other:
            first_ready(one)
            first_ready(other)
        folders = [folder for folder in tmp_path.iterdir()]
        assert len(folders) == 1 and not folders[0].name.startswith(".")
        if not damage:
            weights = folders[0] / "weights.safetensors"
            content = bytearray(weights.read_bytes())
            content[len(content) // 2] ^= 1
            weights.write_bytes(content)


def test_an_overloaded_replica_sheds_and_says_when_to_come_back(cluster, embedding, small_replica):
    from google.rpc import error_details_pb2, status_pb2
    from voiceprint.embedding.v1 import embedding_service_pb2 as pb
    from voiceprint.embedding.v1 import embedding_service_pb2_grpc
    from voiceprint.types.v1 import features_pb2

    epoch = embedding.ListEpochs(pb.ListEpochsRequest(), timeout=10).epochs[0].epoch
    matrix = features_pb2.FeatureMatrix(frames=1500, bins=80, values=[0.1 * (i % 7) for i in range(120_000)])
    request = pb.EmbedRequest(epoch=epoch, features=[matrix])
    stub = embedding_service_pb2_grpc.EmbeddingServiceStub(small_replica)
    alone = stub.Embed(request, timeout=60).embeddings[0]
    errors, answers = [], []
    for call in [stub.Embed.future(request, timeout=60) for _ in range(24)]:
        try:
            answers.append(call.result().embeddings[0])
        except grpc.RpcError as error:
            errors.append(error)
    assert answers and all(answer == alone for answer in answers)
    assert errors and {error.code() for error in errors} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    trailers = dict(errors[0].trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9 > 0
