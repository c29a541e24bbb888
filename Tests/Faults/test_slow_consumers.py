"""Callers of streams who do not read: they hold up nobody else, and the services keep nothing for them."""

import json
import threading

import grpc

from cluster import eventually
from test_faults import dataset, TRAINING, stubs  # noqa: F401 (a fixture)
from world import patiently

# A caller with as little room for what comes as gRPC permits.
NARROW = [("grpc.use_local_subchannel_pool", 1), ("grpc.http2.lookahead_bytes", 1024), ("grpc.http2.bdp_probe", 0)]
MUCH = 64 << 20


def test_epochs_that_nobody_reads_hold_up_no_call(rig, people):
    """More fetches than the registry has connections to its database, each of a network of many megabytes."""
    from voiceprint.registry.v1 import epoch_service_pb2 as pb, epoch_service_pb2_grpc

    with grpc.insecure_channel(rig.registry.address, options=NARROW) as channel, people:
        stub = epoch_service_pb2_grpc.EpochServiceStub(channel)
        before = rig.registry.memory
        fetches = [stub.FetchEpoch(pb.FetchEpochRequest(epoch=rig.epoch), timeout=120) for _ in range(16)]
        sizes = [sum(file.size_bytes for file in next(fetch).header.files) for fetch in fetches]
        people.serves_again(5)
        grown = rig.registry.memory - before
        read = sum(len(message.chunk.data) for message in fetches[0])
        for fetch in fetches:
            fetch.cancel()
    print(f"16 fetches of {sizes[0] >> 20} MiB that nobody reads: the registry grew by {grown >> 20} MiB")
    assert read == sizes[0], "who begins to read again gets all of it"
    assert grown < MUCH < sum(sizes)
    assert not people.verdict()


def ended_streams(gateway, count: int) -> list[dict]:
    """The ends of so many live streams as the gateway's log tells them."""
    lines = [json.loads(line) for line in gateway.log.read_text().splitlines() if "IdentifyStream" in line]
    return lines if len(lines) == count else []


def test_a_live_stream_that_nobody_reads_is_ended(rig, people):
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb, gateway_service_pb2_grpc
    from voiceprint.types.v1 import audio_pb2

    sound = b"\1\0\2\0" * 16_000
    first = pb.IdentifyStreamRequest(settings=pb.IdentifyStreamSettings(
        collection=people.collection, encoding=audio_pb2.Audio.ENCODING_PCM_S16LE, sample_rate_hz=16_000,
        window_seconds=1, hop_seconds=0.1))

    def speak():
        yield first
        while not ended.is_set():
            yield pb.IdentifyStreamRequest(audio=sound)

    ended = threading.Event()
    with grpc.insecure_channel(rig.gateway.address, options=NARROW) as channel, people:
        stub = gateway_service_pb2_grpc.GatewayServiceStub(channel)
        before = rig.gateway.memory
        streams = [stub.IdentifyStream(speak(), timeout=120) for _ in range(4)]
        # Who does not read does not see it; the gateway does.
        calls = eventually(lambda: ended_streams(rig.gateway, len(streams)), 30, "the end of streams nobody reads")
        people.serves_again(1)
        grown = rig.gateway.memory - before
        ended.set()
        for stream in streams:
            stream.cancel()
    assert "no message came" in calls[0]["error"]
    print(f"4 live streams that nobody reads: ended with {calls[0]['error']}; the gateway grew by {grown >> 20} MiB")
    assert grown < MUCH
    assert not people.verdict()


def test_watches_that_nobody_reads_hold_up_no_watch(world, dataset):  # noqa: F811
    """A training's events: who reads gets them as they come, whoever else does not read."""
    from voiceprint.embedding.v1 import embedding_service_pb2 as embedding, embedding_service_pb2_grpc
    from voiceprint.registry.v1 import epoch_service_pb2 as epochs, epoch_service_pb2_grpc
    from voiceprint.trainer.v1 import trainer_service_pb2 as pb, trainer_service_pb2_grpc

    _, trainer, _ = stubs(world)
    chatty = TRAINING.replace("log_interval: 100", "log_interval: 1")
    job = patiently(trainer.SubmitJob, pb.SubmitJobRequest(
        spec=pb.TrainingSpec(dataset=dataset, configuration=chatty))).job.job
    channels = {name: grpc.insecure_channel(world.address(name), options=NARROW)
                for name in ("trainer", "registry", "embedding")}
    idle = trainer_service_pb2_grpc.TrainerServiceStub(channels["trainer"])
    watches = [idle.WatchJob(pb.WatchJobRequest(job=job), timeout=120) for _ in range(16)]
    watches += [epoch_service_pb2_grpc.EpochServiceStub(channels["registry"]).WatchEpochs(
        epochs.WatchEpochsRequest(), timeout=120) for _ in range(16)]
    watches += [embedding_service_pb2_grpc.EmbeddingServiceStub(channels["embedding"]).WatchEpochs(
        embedding.WatchEpochsRequest(), timeout=120) for _ in range(16)]
    read = (update.event.sequence for update in trainer.WatchJob(pb.WatchJobRequest(job=job), timeout=120)
            if update.HasField("event"))
    last = next(number for number in read if number >= 200)
    # Who reads late reads everything, from the first event on.
    late = [update.event.sequence for update, _ in zip(watches[0], range(400)) if update.HasField("event")]
    for watch in watches:
        watch.cancel()
    for channel in channels.values():
        channel.close()
    patiently(trainer.CancelJob, pb.CancelJobRequest(job=job))
    eventually(lambda: patiently(trainer.GetJob, pb.GetJobRequest(job=job)).job.state == pb.JOB_STATE_CANCELLED,
               what="the job's end")
    print(f"48 watches that nobody reads: another one got event {last}; one that was read late got {len(late)}")
    assert late == list(range(1, len(late) + 1)) and len(late) >= 100
