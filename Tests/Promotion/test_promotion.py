"""The story: people are enrolled, a network is fine-tuned from afar, and swapped in while everybody goes on calling."""

import grpc
import pytest

from conftest import PEOPLE
from golden import Golden, fetch_bundle
from load import TOLERANCE, Load, judge, percentile
from training import push_dataset, submit, watch

from cluster import ROOT

COLLECTION = "story"
ENROLLED = ["allison", "june", "carlo", "ivrvoice"]


@pytest.fixture(scope="module")
def enrolled(cluster, prompts):
    """Three prompts of each person, in a collection that retains its recordings."""
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb, gateway_service_pb2_grpc
    from voiceprint.types.v1 import audio_pb2, people_pb2

    clips = {person: prompts[person][:3] for person in ENROLLED}
    with grpc.insecure_channel(cluster.address("gateway")) as channel:
        gateway = gateway_service_pb2_grpc.GatewayServiceStub(channel)
        gateway.CreateCollection(
            pb.CreateCollectionRequest(collection=COLLECTION, retain_audio=people_pb2.AUDIO_RETENTION_ENCRYPTED),
            timeout=10)
        for person, files in clips.items():
            audios = [audio_pb2.Audio(content=file.read_bytes()) for file in files]
            gateway.Enroll(
                pb.EnrollRequest(collection=COLLECTION, speaker_id=person, audios=audios), timeout=60)
    return clips


@pytest.fixture(scope="module")
def epochs(cluster, prompts, enrolled) -> tuple[str, str]:
    """The epoch that serves and a candidate that a job made of it."""
    with grpc.insecure_channel(cluster.address("registry")) as channel:
        parent = _epochs(channel)[0]
    configuration = (ROOT / "deploy" / "demo_fine_tuning.yml").read_text().replace("max_epoch: 3", "max_epoch: 1")
    files = {f"{person}/{file.stem}.wav": file for person in PEOPLE for file in prompts[person][8:24]}
    labels = {person: index for index, person in enumerate(PEOPLE)}
    train = "".join(f"{path}\t{labels[path.split('/')[0]]}\n" for path in sorted(files))
    with grpc.insecure_channel(cluster.address("trainer")) as channel:
        push_dataset(channel, "prompts", files, {"train_list.txt": train})
        job = submit(
            channel, dataset="prompts", configuration=configuration, base_epoch=parent.epoch, seed=1,
            skip_evaluation=True)
        events, ended = watch(channel, job)
    assert ended.state == _job_states().JOB_STATE_FINISHED, ended.error
    losses = [event.progress.loss for event in events if event.HasField("progress")]
    assert losses and all(loss == loss for loss in losses)
    assert events[-1].state_change.state == ended.state and ended.candidate_epoch != parent.epoch
    with grpc.insecure_channel(cluster.address("registry")) as channel:
        (candidate,) = [epoch for epoch in _epochs(channel) if epoch.epoch == ended.candidate_epoch]
    assert not candidate.in_use
    # Where it comes from, and what it was measured to be.
    assert (candidate.provenance.parent_epoch, candidate.provenance.job_id) == (parent.epoch, job)
    return parent.epoch, candidate.epoch


def _epochs(channel):
    from voiceprint.registry.v1 import epoch_service_pb2 as pb, epoch_service_pb2_grpc

    return epoch_service_pb2_grpc.EpochServiceStub(channel).ListEpochs(pb.ListEpochsRequest(), timeout=10).epochs


def _job_states():
    from voiceprint.trainer.v1 import trainer_service_pb2

    return trainer_service_pb2


def _collection_epoch(channel) -> str:
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb, gateway_service_pb2_grpc

    stub = gateway_service_pb2_grpc.GatewayServiceStub(channel)
    return stub.GetCollection(pb.GetCollectionRequest(collection=COLLECTION), timeout=10).collection.epoch


def test_a_better_model_is_swapped_in_without_a_failed_call(cluster, prompts, enrolled, epochs, tmp_path, capsys):
    parent, candidate = epochs
    probes = [file for person in PEOPLE for file in prompts[person][3:7]]
    clips = probes + [file for files in enrolled.values() for file in files]
    golden = {}
    with grpc.insecure_channel(cluster.address("registry")) as channel:
        for epoch in epochs:
            golden[epoch] = Golden(fetch_bundle(channel, epoch, tmp_path / epoch), clips)
            for person, files in enrolled.items():
                golden[epoch].enrol(person, files)
    # An answer of the wrong epoch must be seen: the networks differ by much more than their rounding.
    far = [
        clip for clip in probes
        if any(abs(golden[parent].score(clip, who) - golden[candidate].score(clip, who)) > 10 * TOLERANCE
               for who in enrolled)]
    assert len(far) == len(probes), f"the epochs agree on {len(probes) - len(far)} of {len(probes)} clips"

    with grpc.insecure_channel(cluster.address("gateway")) as channel:
        assert _collection_epoch(channel) == parent
        with Load(cluster.address("gateway"), COLLECTION, probes, epochs) as load:
            load.wait_for(100)
            before = list(load.calls)
            cluster.command("epochs", "promote", candidate, "--collection", COLLECTION, "--retain-hours", "1")
            assert _collection_epoch(channel) == candidate
            during = load.calls[len(before):]
            load.wait_for(100)
            first, swapped = len(load.calls), list(load.calls)
            cluster.command("epochs", "roll-back", "--collection", COLLECTION)
            assert _collection_epoch(channel) == parent
            load.wait_for(100)
        calls = load.calls

    failed = [call for call in calls if call.error]
    wrong = judge(calls, golden)
    identified = {call.epoch for call in calls if call.kind == "identify"}
    after = {call.epoch for call in swapped[len(before) + len(during):first] if call.kind == "identify"}
    last = [call for call in calls if call.kind == "identify"][-1]
    with capsys.disabled():
        print(
            f"\ncalls {len(calls)}, failed {len(failed)}, wrong {len(wrong)}, p99 before "
            f"{percentile(before, 0.99):.0f} ms, during {percentile(during, 0.99):.0f} ms")
    assert not failed, failed[:3]
    assert not wrong, wrong[:3]
    assert identified == {parent, candidate} and after == {candidate} and last.epoch == parent
