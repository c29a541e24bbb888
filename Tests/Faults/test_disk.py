"""Disks that are full: whoever cannot write says so, and goes on when there is room again."""

import time

import pytest

import disk
from cluster import eventually
from test_faults import TRAINING, dataset, stubs  # noqa: F401 (a fixture)
from world import patiently


def test_a_full_database_refuses_enrolments_and_goes_on_recognising(rig, people):
    if not rig.primary.has_own_disk:
        pytest.skip("no small disk to fill: mounting one needs root")
    with people:
        with disk.full(rig.primary.folder):
            begin = time.monotonic()

            def refused():
                return [call for call in people.since(begin) if call.kind == "enrol" and not call.is_answered]

            eventually(refused, 60, "an enrolment that finds the disk full")
            seen = time.monotonic()
            eventually(lambda: any(call.is_answered for call in people.since(seen) if call.kind == "identify"),
                       what="a recognition while the disk is full")
            why = refused()[0]
        people.serves_again()
    print(f"full disk of PostgreSQL: {why.code}: {why.message}")
    assert why.code == "UNAVAILABLE" and "No space left" in why.message
    assert not people.verdict()


def test_a_replica_that_cannot_keep_an_epoch_says_why(rig, people, tmp_path):
    from voiceprint.embedding.v1 import embedding_service_pb2 as pb, embedding_service_pb2_grpc

    with disk.small(tmp_path, 8):
        settings = [f"upstreams.registry=ipv4:{rig.registry.address}", f"cache={tmp_path}",
                    "epochs.retry_after_milliseconds=500"]
        replica = rig.service("embedding-1", *settings, log="embedding-full")
        with rig.channel(replica) as channel:
            stub = embedding_service_pb2_grpc.EmbeddingServiceStub(channel)
            watch = stub.WatchEpochs(pb.WatchEpochsRequest(), timeout=60)
            refusal = next(epoch.reason for update in watch for epoch in update.epochs
                           if epoch.state == pb.LoadedEpoch.STATE_REFUSED)
            print(f"full disk of an embedding replica: {refusal}")
            disk.grow(tmp_path, 256)
            ready = next(True for update in watch for epoch in update.epochs
                         if epoch.state == pb.LoadedEpoch.STATE_READY)
            watch.cancel()
        replica.stop()
    assert "space" in refusal and ready


def test_a_training_without_room_says_why_and_goes_on_when_there_is_some(world, dataset):  # noqa: F811
    from voiceprint.trainer.v1 import trainer_service_pb2 as pb

    _, trainer, _ = stubs(world)
    folder = world.cluster.state / "trainer" / "trainer-0"

    def seen(is_it) -> str:
        """The first message of the job that is what one waits for."""
        updates = trainer.WatchJob(pb.WatchJobRequest(job=job), timeout=60)
        found = next(update.event for update in updates if update.HasField("event") and is_it(update.event))
        updates.cancel()
        return found.state_change.message

    with disk.small(folder, 1):
        world.restart("trainer-0")
        with disk.full(folder):
            spec = pb.TrainingSpec(dataset=dataset, configuration=TRAINING)
            job = patiently(trainer.SubmitJob, pb.SubmitJobRequest(spec=spec)).job.job
            why = seen(lambda event: event.state_change.message)
        disk.grow(folder, 64)
        seen(lambda event: event.HasField("start"))
        patiently(trainer.CancelJob, pb.CancelJobRequest(job=job))
        seen(lambda event: event.state_change.state == pb.JOB_STATE_CANCELLED)
    world.restart("trainer-0")
    print(f"full disk of a trainer: {why}")
    assert "space" in why
