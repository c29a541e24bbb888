"""Processes are killed at every step of a promotion, and nothing is lost and nothing wrong is said."""

import itertools
import os
import pathlib
import subprocess
import time

import grpc
import pytest

import voices
from checker import TOLERANCE, people, violations
from cluster import BIN, eventually
from history import Callers
from world import patiently

NAMES = itertools.count()
# A training that is under way for as long as a scenario takes; it is cancelled at the end.
TRAINING = """
dataset_conf: {max_duration: 1, train_list: train_list.txt, dataLoader: {batch_size: 4, num_workers: 1},
  aug_conf: {speed_perturb: no, noise_dir: null}}
preprocess_conf: {method_args: {num_mel_bins: 20}}
model_conf: {model: TDNN, model_args: {channels: 16, embd_dim: 8}}
train_conf: {max_epoch: 100000, log_interval: 100}
"""


def stubs(world):
    """Stubs of the registry's promotions, of the trainer and of the gateway, which outlive their processes."""
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc
    from voiceprint.registry.v1 import promotion_service_pb2_grpc
    from voiceprint.trainer.v1 import trainer_service_pb2_grpc

    return (
        promotion_service_pb2_grpc.PromotionServiceStub(world.channel("registry")),
        trainer_service_pb2_grpc.TrainerServiceStub(world.channel("trainer")),
        gateway_service_pb2_grpc.GatewayServiceStub(world.channel("gateway")))


@pytest.fixture(scope="session")
def dataset(world, tmp_path_factory):
    """Two voices to train on."""
    folder = tmp_path_factory.mktemp("corpus")
    lines = []
    for label, person in enumerate((voices.ANN, voices.BOB)):
        for number in range(8):
            (folder / f"{label}-{number}.wav").write_bytes(voices.wav(voices.voice(**person, seconds=1.2, seed=number)))
            lines.append(f"{label}-{number}.wav\t{label}\n")
    (folder / "train_list.txt").write_text("".join(lines))
    (folder / "c.yml").write_text(TRAINING)
    world.cluster.command("dataset", "push", "two", "--root", str(folder), "--configs", str(folder / "c.yml"))
    return "two"


@pytest.fixture
def job(world, scenario, request):
    """A training that runs beside, where its process is the one to be killed."""
    if scenario.victim != "worker":
        yield None
        return
    from voiceprint.trainer.v1 import trainer_service_pb2 as pb

    _, trainer, _ = stubs(world)
    spec = pb.TrainingSpec(dataset=request.getfixturevalue("dataset"), configuration=TRAINING, seed=scenario.seed)
    job = patiently(trainer.SubmitJob, pb.SubmitJobRequest(spec=spec)).job.job

    def get():
        return patiently(trainer.GetJob, pb.GetJobRequest(job=job)).job

    yield get
    patiently(trainer.CancelJob, pb.CancelJobRequest(job=job))
    eventually(lambda: get().state == pb.JOB_STATE_CANCELLED, seconds=60, what="the job's end")


@pytest.fixture
def collection(world, scenario):
    """A collection of either epoch that keeps recordings, and the way it is to go."""
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb
    from voiceprint.types.v1 import people_pb2

    name = f"faults-{next(NAMES)}"
    old, new = world.epochs if hash_of(scenario) % 2 else reversed(world.epochs)
    _, _, gateway = stubs(world)
    patiently(gateway.CreateCollection, pb.CreateCollectionRequest(
        collection=name, epoch=old, retain_audio=people_pb2.AUDIO_RETENTION_ENCRYPTED))
    yield name, old, new
    patiently(gateway.DeleteCollection, pb.DeleteCollectionRequest(collection=name))


def hash_of(scenario) -> int:
    """Like `hash`, and the same in every run."""
    return sum(str(scenario).encode())


def test_nothing_is_lost_whoever_dies(world, clips, scenario, collection, job, tmp_path, totals):
    name, old, new = collection
    probes, pairs = clips
    mark = tmp_path / "reached"
    action = "kill" if scenario.victim == "trainer" else f"pause:{mark}"
    callers = Callers(world.address("gateway"), name, probes, pairs, scenario.seed)
    _, _, gateway = stubs(world)
    for number in range(6):
        callers.enrol(gateway, f"old-{number}", pairs[number * 5])
    assert all(call.is_answered for call in callers.calls), callers.calls
    world.restart("trainer-0", f"{scenario.place}={action}")
    with callers:
        callers.wait_for_answers(1)
        attempts = job and eventually(lambda: job().attempts, what="the job's beginning")
        promotion = start(world, name, new, scenario)
        reach(world, scenario, mark, promotion)
        ended = wait_for_end(world, promotion)
        callers.wait_for_answers(2)
        if job:
            eventually(lambda: job().attempts > attempts, what="another attempt of the killed training")
    found = violations(callers.calls, world.golden, old, new) + aftermath(world, callers, collection, ended, probes)
    totals["scenarios"] += 1
    totals["calls"] += len(callers.calls)
    totals["violations"] += len(found)
    assert not found, "\n".join(found[:20])


def start(world, collection: str, epoch: str, scenario) -> str:
    from google.protobuf import duration_pb2
    from voiceprint.registry.v1 import promotion_service_pb2 as pb

    promotions, _, _ = stubs(world)
    soon, late = duration_pb2.Duration(nanos=1_000_000), duration_pb2.Duration(seconds=3600)
    retain = soon if scenario.is_after_retention else late
    request = pb.StartPromotionRequest(collection=collection, to_epoch=epoch, retain=retain)
    return promotions.StartPromotion(request, timeout=30).promotion.promotion_id


def reach(world, scenario, mark: pathlib.Path, promotion: str) -> None:
    """Waits until the promotion is at the place, and kills."""
    if scenario.victim == "trainer":
        doomed = pathlib.Path(f"/proc/{world.pid('trainer-0')}/exe")
        eventually(lambda: not doomed.exists(), seconds=60, what=f"the trainer's death at {scenario.place}")
        time.sleep(scenario.down)  # how long others must do without it is a part of the scenario
        world.restart("trainer-0")
        return
    eventually(mark.exists, seconds=60, what=f"the promotion's way to {scenario.place}")
    try:
        world.kill(scenario.victim, scenario.down)
    finally:
        mark.unlink()


def wait_for_end(world, promotion: str):
    """The promotion once its outcome is certain: over and served, or cleanly failed."""
    from voiceprint.registry.v1 import promotion_service_pb2 as pb

    promotions, _, _ = stubs(world)
    ends = {
        pb.PROMOTION_STATE_DRAINING, pb.PROMOTION_STATE_FINISHED, pb.PROMOTION_STATE_FAILED,
        pb.PROMOTION_STATE_CANCELLED}
    over = {pb.PROMOTION_STATE_FINISHED, pb.PROMOTION_STATE_FAILED, pb.PROMOTION_STATE_CANCELLED}

    def ended():
        now = patiently(promotions.GetPromotion, pb.GetPromotionRequest(promotion_id=promotion)).promotion
        return now if now.state in (over if now.retain.seconds == 0 else ends) else None

    return eventually(ended, seconds=90, what=f"the end of promotion {promotion}")


def aftermath(world, callers, collection, ended, probes) -> list[str]:
    """What is wrong once everything is quiet: the epoch, who is enrolled, and every template."""
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb
    from voiceprint.registry.v1 import promotion_service_pb2

    name, old, new = collection
    _, _, gateway = stubs(world)
    epoch = patiently(gateway.GetCollection, pb.GetCollectionRequest(collection=name)).collection.epoch
    state = promotion_service_pb2.PromotionState.Name(ended.state)
    failed = state in ("PROMOTION_STATE_FAILED", "PROMOTION_STATE_CANCELLED")
    wrong = []
    if epoch != (old if failed else new):
        wrong.append(f"the promotion ended as {state} ({ended.error}), and the collection has epoch '{epoch}'")
    if failed:
        # Whoever is killed comes back, so that another worker can go on: none of this is a reason to give up.
        wrong.append(f"the promotion ended as {state}: {ended.error}")
    quiet = max(call.end for call in callers.calls)
    for speaker, person in people(callers.calls).items():
        wrong += template(world, gateway, name, epoch, speaker, person, quiet, probes[0])
    return wrong + foreign_templates(world, name)


def template(world, gateway, collection, epoch, speaker, person, quiet, probe) -> list[str]:
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb
    from voiceprint.types.v1 import audio_pb2

    request = pb.VerifyRequest(
        collection=collection, speaker_id=speaker, audio=audio_pb2.Audio(content=probe.read_bytes()))
    try:
        answer = patiently(gateway.Verify, request)
    except grpc.RpcError as error:
        is_lost = person.must_begin <= quiet < person.must_end or error.code() != grpc.StatusCode.NOT_FOUND
        return [f"'{speaker}' is lost: {error.code().name}: {error.details()}"] if is_lost else []
    wrong = utterances(gateway, collection, speaker, person)
    if person.may_end <= quiet:
        wrong.append(f"'{speaker}' was deleted and is still there")
    if answer.epoch != epoch:
        wrong.append(f"'{speaker}' is verified in epoch '{answer.epoch}' and the collection has '{epoch}'")
    expected = world.golden[epoch].template_score(probe, person.clips)
    if abs(answer.score - expected) > TOLERANCE:
        wrong.append(f"'{speaker}' has the score {answer.score} instead of {expected} in epoch '{epoch}'")
    return wrong


def utterances(gateway, collection, speaker, person) -> list[str]:
    """Recordings that stand twice, or are missing; their mean would be the same."""
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb

    found = patiently(gateway.GetSpeaker, pb.GetSpeakerRequest(collection=collection, speaker_id=speaker))
    count = len(found.speaker.utterances)
    return [] if count == len(person.clips) else [f"'{speaker}' has {count} recordings instead of {len(person.clips)}"]


def foreign_templates(world, collection: str) -> list[str]:
    """The database's own word: templates of the collection's epoch, all complete, and of one that it may go back to."""
    query = f"""
      SELECT s.speaker_id FROM collections c JOIN speakers s USING (collection_id)
      LEFT JOIN templates t ON t.speaker_key = s.speaker_key AND t.epoch_id = c.epoch_id
      WHERE c.name = '{collection}' AND t.speaker_key IS NULL
      UNION ALL
      SELECT s.speaker_id FROM collections c JOIN speakers s USING (collection_id) JOIN templates t USING (speaker_key)
      WHERE c.name = '{collection}' AND t.epoch_id <> c.epoch_id AND NOT EXISTS (
        SELECT FROM promotions p WHERE p.collection_id = c.collection_id AND p.state = 'DRAINING'
        AND t.epoch_id IN (p.from_epoch, p.to_epoch))"""
    out = subprocess.run(
        ["psql", "-XAtq", "-d", world.cluster.status()["database"], "-c", query], check=True, capture_output=True,
        text=True, timeout=60, stdin=subprocess.DEVNULL).stdout
    return [f"'{speaker}' has no template of the collection's epoch, or one of another" for speaker in out.split()]
