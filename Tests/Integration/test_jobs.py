"""Data sets and trainings from afar: a push, a job that is followed to its epoch, and a trainer that is killed."""

import hashlib
import json
import os
import re
import signal
import struct
import subprocess

import grpc
import pytest

import cluster as cluster_module
from cluster import BIN, eventually
from voices import short_folder, voice, wav

CONFIG = """
dataset_conf:
  {max_duration: 1, train_list: lists/train_list.txt, enroll_list: lists/enroll_list.txt,
   trials_list: lists/trials_list.txt, dataLoader: {batch_size: 4, num_workers: 2},
   aug_conf: {speed_perturb: no, noise_dir: null}}
preprocess_conf: {method_args: {num_mel_bins: 20}}
model_conf: {model: TDNN, model_args: {channels: 16, embd_dim: 8}}
train_conf: {max_epoch: EPOCHS, log_interval: 1}
"""


def config(epochs):
    return CONFIG.replace("EPOCHS", str(epochs))


@pytest.fixture(scope="module")
def own(stubs):
    """A cluster whose trainers lose their jobs after three seconds, not thirty."""
    os.environ["VOICEPRINT_TRAINER_JOBS_LEASE_MILLISECONDS"] = "3000"
    os.environ["VOICEPRINT_TRAINER_JOBS_THREADS"] = "1"
    running = cluster_module.Cluster(short_folder())
    yield running
    running.down()
    del os.environ["VOICEPRINT_TRAINER_JOBS_LEASE_MILLISECONDS"], os.environ["VOICEPRINT_TRAINER_JOBS_THREADS"]


@pytest.fixture(scope="module")
def pb(stubs):
    from voiceprint.trainer.v1 import trainer_service_pb2

    return trainer_service_pb2


def connect(address):
    from voiceprint.trainer.v1 import trainer_service_pb2_grpc

    return trainer_service_pb2_grpc.TrainerServiceStub(grpc.insecure_channel(address))


def live(own):
    """The address of a trainer that serves: one of them is killed in between."""
    trainers = [item for item in own.status()["processes"] if item["service"] == "trainer"]
    return next(f"127.0.0.1:{item['port']}" for item in trainers if item["health"] == "SERVING")


@pytest.fixture
def trainer(own):
    return connect(live(own))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for speaker in range(8):
        (folder / f"s{speaker}").mkdir()
        for clip in range(6):
            pitch, formants = 90.0 + 25 * speaker, (500.0 + 60 * speaker, 1500.0 + 100 * speaker)
            samples = voice(pitch, formants, seconds=1.2, seed=clip)
            (folder / f"s{speaker}" / f"{clip}.wav").write_bytes(wav(samples))
    subprocess.run([BIN / "voiceprint", "create-data", "--root", folder, "--out", folder / "lists",
                    "--evaluation-speakers", "5"], check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def dataset(own, corpus):
    """The corpus as a data set, pushed from the command line."""
    (corpus / "c.yml").write_text(config(1))
    arguments = ["dataset", "push", "tiny", "--root", str(corpus), "--configs", str(corpus / "c.yml")]
    first = own.command(*arguments).stdout
    assert "tiny pushed: 51 files" in first, first
    again = own.command(*arguments).stdout
    assert "was there already" in again and " 0 of them sent" in again
    return "tiny"


def submit(pb, trainer, dataset, epochs, **more):
    spec = pb.TrainingSpec(dataset=dataset, configuration=config(epochs), seed=7)
    return trainer.SubmitJob(pb.SubmitJobRequest(spec=spec, **more), timeout=30).job.job


def watch(pb, trainer, job, after=0):
    """Events of a job, whose numbers must follow each other."""
    for message in trainer.WatchJob(pb.WatchJobRequest(job=job, after_sequence=after), timeout=240):
        if message.HasField("event"):
            assert message.event.sequence == after + 1
            after += 1
            yield message.event


def weights(own, epoch):
    """The sum of an epoch's weights in the registry."""
    from voiceprint.registry.v1 import epoch_service_pb2, epoch_service_pb2_grpc

    with grpc.insecure_channel(own.address("registry")) as channel:
        registry = epoch_service_pb2_grpc.EpochServiceStub(channel)
        answer = registry.GetEpoch(epoch_service_pb2.GetEpochRequest(epoch=epoch), timeout=10)
    files = json.loads(answer.epoch.manifest_json)["files"]
    return next(file["sha256"] for file in files if file["name"] == "weights.safetensors")


@pytest.fixture(scope="module")
def undisturbed(own, pb, dataset):
    """A job of 30 passes that nothing happened to: its events and the sum of its best weights."""
    trainer = connect(live(own))
    job = submit(pb, trainer, dataset, 30)
    events = list(watch(pb, trainer, job))
    answer = trainer.GetJob(pb.GetJobRequest(job=job), timeout=10).job
    return events, answer, weights(own, answer.candidate_epoch)


def status(call):
    with pytest.raises(grpc.RpcError) as failure:
        call()
    return failure.value


def test_a_job_is_followed_from_the_queue_to_its_epoch(pb, undisturbed):
    events, job, _ = undisturbed
    states = [event.state_change.state for event in events if event.HasField("state_change")]
    assert states == [pb.JOB_STATE_QUEUED, pb.JOB_STATE_RUNNING, pb.JOB_STATE_FINISHED]
    kinds = [event.WhichOneof("content") for event in events]
    assert kinds.count("start") == 1 and kinds.count("evaluation") == 30 and kinds.count("progress") == 120
    assert kinds.count("candidate") == 1 and kinds.count("checkpoint") >= 1
    (candidate,) = [event.candidate for event in events if event.HasField("candidate")]
    assert candidate.is_evaluated and candidate.targets > 0 and candidate.impostors > 0
    best = min(event.evaluation.eer for event in events if event.HasField("evaluation"))
    assert candidate.eer == pytest.approx(best) and job.best_eer == pytest.approx(best)
    assert job.state == pb.JOB_STATE_FINISHED and job.candidate_epoch == candidate.epoch
    assert job.attempts == 1 and job.last_sequence == len(events)


def test_watching_goes_on_after_any_event(pb, trainer, undisturbed):
    events, job, _ = undisturbed
    for after in (1, 57, len(events)):
        rest = list(watch(pb, trainer, job.job, after))
        assert rest == events[after:]


def epoch_of(own, name):
    from voiceprint.registry.v1 import epoch_service_pb2, epoch_service_pb2_grpc

    with grpc.insecure_channel(own.address("registry")) as channel:
        registry = epoch_service_pb2_grpc.EpochServiceStub(channel)
        return registry.GetEpoch(epoch_service_pb2.GetEpochRequest(epoch=name), timeout=10).epoch


def test_an_epoch_says_where_it_comes_from_and_how_good_it_is(own, undisturbed):
    events, job, _ = undisturbed
    (candidate,) = [event.candidate for event in events if event.HasField("candidate")]
    origin = epoch_of(own, job.candidate_epoch).provenance
    assert origin.job_id == job.job and origin.parent_epoch == ""
    told = origin.evaluation
    assert (told.dataset, told.list, told.eer) == ("tiny", "lists/trials_list.txt", candidate.eer)
    assert (told.target_trials, told.impostor_trials) == (candidate.targets, candidate.impostors)
    assert 0 <= told.eer_low <= told.eer <= told.eer_high <= 1 and told.eer_low < told.eer_high
    shown = json.loads(own.command("epochs", "show", job.candidate_epoch).stdout)
    assert shown["job"] == job.job and shown["evaluation"]["eer"] == candidate.eer


def test_an_epoch_is_measured_on_a_data_set(own, pb, trainer, undisturbed):
    events, job, _ = undisturbed
    (candidate,) = [event.candidate for event in events if event.HasField("candidate")]
    lists = {"enroll_list": "lists/enroll_list.txt", "trials_list": "lists/trials_list.txt"}

    def measure(**request):
        request = {"epoch": job.candidate_epoch, "dataset": "tiny", **request}
        return trainer.Evaluate(pb.EvaluateRequest(**request), timeout=60).evaluation

    assert measure(**lists).eer == pytest.approx(candidate.eer)
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    assert status(lambda: measure(**lists, pairs="lists/trials.tsv")).code() == invalid
    assert status(lambda: measure(enroll_list="lists/enroll_list.txt")).code() == invalid
    assert status(lambda: measure(**{**lists, "trials_list": "s0/0.wav"})).code() == invalid
    assert status(lambda: measure(pairs="../../etc/passwd")).code() == invalid
    # A file that is no list of pairs: what the measuring process says is told on.
    refused = status(lambda: measure(pairs="lists/trials_list.txt"))
    assert refused.code() == grpc.StatusCode.ABORTED and "lists/trials_list.txt:1" in refused.details()
    assert status(lambda: measure(**lists, epoch="nothing")).code() == grpc.StatusCode.NOT_FOUND
    assert status(lambda: measure(**lists, dataset="nothing")).code() == grpc.StatusCode.NOT_FOUND
    out = own.command("epochs", "evaluate", job.candidate_epoch, "--dataset", "tiny", "--enroll-list",
                      lists["enroll_list"], "--trials-list", lists["trials_list"], "--trainer", live(own)).stdout
    assert f"EER        {candidate.eer * 100:.2f} %" in out


def test_a_better_epoch_is_promoted_by_itself_and_another_is_not(own, pb, trainer, corpus, dataset, undisturbed):
    from voiceprint.gateway.v1 import gateway_service_pb2, gateway_service_pb2_grpc

    def collection(name, epoch):
        with grpc.insecure_channel(own.address("gateway")) as channel:
            gateway = gateway_service_pb2_grpc.GatewayServiceStub(channel)
            gateway.CreateCollection(
                gateway_service_pb2.CreateCollectionRequest(collection=name, epoch=epoch), timeout=10)

    def policy(name, **more):
        from voiceprint.registry.v1 import promotion_service_pb2

        return pb.AutoPromotion(promotion=promotion_service_pb2.StartPromotionRequest(collection=name), **more)

    def decision(job):
        events = list(watch(pb, trainer, job))
        decisions = [event.promotion_decision for event in events if event.HasField("promotion_decision")]
        assert len(decisions) == 1, events[-4:]
        return decisions[0]

    # A network that never learned to tell the people apart, and the one that did.
    poor = submit(pb, trainer, dataset, 1)
    assert list(watch(pb, trainer, poor))
    poor = trainer.GetJob(pb.GetJobRequest(job=poor), timeout=10).job.candidate_epoch
    events, good, _ = undisturbed
    collection("poor", poor)
    collection("good", good.candidate_epoch)

    better = policy("poor", eer_improvement=0.1, confidence=0.6)
    promoted = decision(submit(pb, trainer, dataset, 29, auto_promotion=better))
    assert promoted.reason == "" and promoted.promotion_id, promoted
    assert promoted.current_epoch == poor and promoted.confidence >= 0.6
    own.command("epochs", "watch", promoted.promotion_id)

    refused = decision(submit(pb, trainer, dataset, 1, auto_promotion=policy("good")))
    assert "not sure enough" in refused.reason and refused.promotion_id == "", refused
    assert refused.current_epoch == good.candidate_epoch

    (corpus / "promoted.yml").write_text(config(1))
    again = json.loads(own.command(
        "jobs", "submit", "--dataset", dataset, "--configs", str(corpus / "promoted.yml"), "--auto-promote", "good",
        "--eer-improvement", "0.25", "--confidence", "0.9", "--without-audio", "proceed", "--rate", "7",
        "--retain-hours", "2", "--trainer", live(own), "--json").stdout)
    told = trainer.GetJob(pb.GetJobRequest(job=again["job"]), timeout=10).job.auto_promotion
    assert (told.eer_improvement, told.confidence, told.promotion.collection) == (0.25, 0.9, "good")
    assert (told.promotion.unretained_policy, told.promotion.utterances_per_second) == (2, 7)
    assert told.promotion.retain.seconds == 7200
    own.command("jobs", "cancel", again["job"], "--trainer", live(own))

    def refusal(configuration=config(1), **fields):
        spec = pb.TrainingSpec(dataset=dataset, configuration=configuration)
        return status(lambda: trainer.SubmitJob(
            pb.SubmitJobRequest(spec=spec, auto_promotion=policy(**fields), validate_only=True), timeout=30))

    invalid = grpc.StatusCode.INVALID_ARGUMENT
    assert refusal(name="nothing").code() == grpc.StatusCode.NOT_FOUND
    assert refusal(name="good", confidence=1).code() == invalid
    assert refusal(name="good", eer_improvement=1).code() == invalid
    blind = config(1).replace("trials_list: lists/trials_list.txt, ", "")
    assert "trials_list" not in blind and refusal(blind, name="good").code() == invalid


def test_a_killed_trainer_loses_nothing(own, pb, trainer, dataset, undisturbed):
    own.command("start", "trainer")
    trainers = {process["pid"]: process for process in own.status()["processes"] if process["service"] == "trainer"}
    places = {pid: f"127.0.0.1:{process['port']}" for pid, process in trainers.items()}
    assert len(places) == 2
    job = submit(pb, trainer, dataset, 30)
    seen, killed = [], False
    for event in watch(pb, trainer, job):
        seen.append(event)
        if event.HasField("progress") and event.progress.epoch == 5 and event.progress.batch == 1:
            worker = int(trainer.GetJob(pb.GetJobRequest(job=job), timeout=10).job.worker.split(":")[-1])
            other = next(place for number, place in places.items() if number != worker)
            os.kill(worker, signal.SIGKILL)
            killed = True
            break
    assert killed
    survivor = connect(other)
    seen += watch(pb, survivor, job, len(seen))
    states = [event.state_change.state for event in seen if event.HasField("state_change")]
    assert states == [pb.JOB_STATE_QUEUED, pb.JOB_STATE_RUNNING, pb.JOB_STATE_RUNNING, pb.JOB_STATE_FINISHED]
    starts = [event.start.step for event in seen if event.HasField("start")]
    assert starts[0] == 0 and 0 < starts[1] < 120, starts
    answer = survivor.GetJob(pb.GetJobRequest(job=job), timeout=10).job
    assert answer.attempts == 2
    assert weights(own, answer.candidate_epoch) == undisturbed[2]
    # What it worked on lies about until it starts again; data sets stay.
    index = trainers[worker]["index"]
    folder = own.state / "trainer" / f"trainer-{index}"
    assert list(folder.glob("running/*/jobs/*")) and list(folder.glob("datasets/*"))
    own.command("restart", "trainer", "--index", str(index))
    assert not list(folder.glob("running/*/jobs/*")) and list(folder.glob("datasets/*"))
    assert len(list(folder.glob("running/*"))) == 1


def test_a_job_is_cancelled_while_it_waits_and_while_it_runs(pb, trainer, dataset):
    running = submit(pb, trainer, dataset, 3000, priority=5)
    waiting = submit(pb, trainer, dataset, 3000)
    events = watch(pb, trainer, running)
    assert next(event for event in events if event.HasField("progress"))
    answer = trainer.CancelJob(pb.CancelJobRequest(job=waiting), timeout=10).job
    assert answer.state in (pb.JOB_STATE_CANCELLED, pb.JOB_STATE_RUNNING)
    assert trainer.CancelJob(pb.CancelJobRequest(job=running), timeout=10).job.cancelling
    last = [event for event in events][-1]
    assert last.state_change.state == pb.JOB_STATE_CANCELLED
    assert [event for event in watch(pb, trainer, waiting)][-1].state_change.state == pb.JOB_STATE_CANCELLED
    assert trainer.CancelJob(pb.CancelJobRequest(job=running), timeout=10).job.state == pb.JOB_STATE_CANCELLED


def test_what_cannot_be_trained_is_refused_before_it_is_queued(pb, trainer, dataset, undisturbed):
    def refusal(configuration, **spec):
        spec = pb.TrainingSpec(**{"dataset": dataset, "configuration": configuration, **spec})
        error = status(lambda: trainer.SubmitJob(pb.SubmitJobRequest(spec=spec, validate_only=True), timeout=30))
        return error.code(), error.details()

    invalid = grpc.StatusCode.INVALID_ARGUMENT
    code, told = refusal(config(1).replace("max_epoch", "max_epochs"))
    assert code == invalid and "configuration:8: train_conf.max_epochs" in told, told
    code, told = refusal(config(1).replace("lists/train_list.txt", "../../etc/passwd"))
    assert code == invalid and "no list of the data set" in told
    code, told = refusal(config(1).replace("noise_dir: null", "noise_dir: /etc"))
    assert code == invalid and "'/etc'" in told
    code, told = refusal(config(1).replace("embd_dim: 8}", "embd_dim: 8}, classifier: {num_speakers: 2796}"))
    assert code == invalid and "set it to 3" in told
    assert refusal(config(1), dataset="nothing")[0] == grpc.StatusCode.NOT_FOUND
    assert refusal(config(1), dataset="../x")[0] == invalid
    assert refusal(config(1), base_epoch="nothing")[0] == grpc.StatusCode.NOT_FOUND
    code, told = refusal(config(1).replace("batch_size: 4", "batch_size: 64"))
    assert code == invalid and "18 clips do not fill a batch of 64" in told, told
    factors = "fine_tuning: {learning_rate_factors: {xvector.tail: 0.1}}"
    code, told = refusal(config(1).replace("max_epoch: 1", f"max_epoch: 1, {factors}"))
    assert code == invalid and "TDNN has no parameter of xvector.tail" in told, told
    # An epoch of another size or front-end is no beginning; the same one is.
    epoch = undisturbed[1].candidate_epoch
    code, told = refusal(config(1).replace("channels: 16", "channels: 24"), base_epoch=epoch)
    assert code == invalid and "argument channels 16; the configuration has 24" in told, told
    code, told = refusal(config(1).replace("embd_dim: 8", "embd_dim: 12"), base_epoch=epoch)
    assert code == invalid and "embd_dim 8; the configuration has 12" in told, told
    code, told = refusal(config(1).replace("num_mel_bins: 20", "num_mel_bins: 24"), base_epoch=epoch)
    assert code == invalid and "feature bins 20; the configuration has 24" in told, told
    code, told = refusal(config(1).replace("num_mel_bins: 20", "num_mel_bins: 20, low_freq: 100"), base_epoch=epoch)
    assert code == invalid and "front-end" in told, told
    spelt_out = config(1).replace("num_mel_bins: 20", "num_mel_bins: 20, sample_frequency: 16000")
    for text, warnings in [
            (spelt_out, []), (config(1).replace("noise_dir: null", "noise_dir: dataset/noise"), [
                "no noise is added: the folder dataset/noise holds no audio"]),
            (config(1).replace("noise_dir: null", "noise_dir: s0"), [])]:
        spec = pb.TrainingSpec(dataset=dataset, configuration=text, base_epoch=epoch)
        answer = trainer.SubmitJob(pb.SubmitJobRequest(spec=spec, validate_only=True), timeout=30)
        assert list(answer.warnings) == warnings
    answer = trainer.SubmitJob(pb.SubmitJobRequest(
        spec=pb.TrainingSpec(dataset=dataset, configuration=config(1)), validate_only=True), timeout=30)
    assert not answer.HasField("job")


def push(pb, name, files, contents):
    yield pb.PushDatasetRequest(header=pb.DatasetHeader(name=name))
    yield pb.PushDatasetRequest(files=pb.DatasetFiles(files=[
        pb.DatasetFile(path=path, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        for path, data in files]))
    for index, data in contents:
        yield pb.PushDatasetRequest(chunk=pb.DatasetChunk(file=index, data=data))


def test_nothing_is_seen_of_a_push_that_failed(pb, trainer):
    def refusal(name, files, contents):
        return status(lambda: trainer.PushDataset(push(pb, name, files, contents), timeout=20)).code()

    invalid = grpc.StatusCode.INVALID_ARGUMENT
    good = [("a", b"one"), ("b", b"two")]
    assert refusal("bad", good, [(0, b"one")]) == invalid
    assert refusal("bad", good, [(0, b"one"), (1, b"tow")]) == invalid
    for path in ("../a", "/etc/passwd", "a//b", "a/./b", "a\nb", ""):
        assert refusal("bad", [(path, b"one")], [(0, b"one")]) == invalid
    assert refusal("..", good, []) == invalid
    assert "bad" not in [item.name for item in trainer.ListDatasets(pb.ListDatasetsRequest(), timeout=10).datasets]
    # What came whole need not come again.
    assert trainer.PushDataset(push(pb, "good", good, [(1, b"two")]), timeout=20).created
    assert status(lambda: trainer.PushDataset(push(pb, "good", good[:1], []), timeout=20)).code() == (
        grpc.StatusCode.ALREADY_EXISTS)
    trainer.DeleteDataset(pb.DeleteDatasetRequest(name="good"), timeout=10)


def curves(folder):
    """What TensorBoard reads in a folder: the numbers by tag and step, and the sizes of pictures."""
    (file,) = folder.glob("events.out.tfevents.*")
    content, numbers, pictures = file.read_bytes(), {}, {}
    while content:
        length = int.from_bytes(content[:8], "little")
        event = fields(content[12:12 + length])
        step = event.get(2, [0])[0]
        for summary in event.get(5, []):
            for value in map(fields, fields(summary).get(1, [])):
                tag = value[1][0].decode()
                if 2 in value:
                    numbers[tag, step] = struct.unpack("<f", value[2][0])[0]
                else:
                    pictures[tag, step] = len(fields(value[4][0])[4][0])
        content = content[16 + length:]
    return numbers, pictures


def fields(message):
    """The fields of a protobuf message by number."""
    def varint(place):
        value = shift = 0
        while True:
            byte = message[place]
            value, shift, place = value | (byte & 127) << shift, shift + 7, place + 1
            if byte < 128:
                return value, place

    found, place = {}, 0
    while place < len(message):
        key, place = varint(place)
        if key & 7 == 0:
            value, place = varint(place)
        else:
            size = {1: 8, 5: 4}.get(key & 7)
            if size is None:
                size, place = varint(place)
            value, place = message[place:place + size], place + size
        found.setdefault(key >> 3, []).append(value)
    return found


def test_a_job_on_the_command_line_reads_like_a_training_here(own, corpus, dataset, tmp_path):
    (corpus / "c.yml").write_text(config(2))
    target = ["--trainer", live(own)]
    out = own.command("jobs", "submit", "--dataset", dataset, "--configs", str(corpus / "c.yml"), "--watch",
                      "--log-dir", str(tmp_path / "curves"), *target)
    assert "Train epoch: [2/2], batch: [3/4], loss: " in out.stdout and "Test epoch: 2, time/epoch: " in out.stdout
    epoch = re.search(r"^epoch (\S+) published", out.stdout, re.M).group(1)
    assert epoch in own.command("epochs", "list").stdout
    jobs = json.loads(own.command("jobs", "list", "--json", *target).stdout)
    assert jobs[0]["state"] == "finished" and jobs[0]["candidate_epoch"] == epoch
    logs = own.command("jobs", "logs", jobs[0]["job"], *target).stdout
    assert [line for line in out.stdout.splitlines() if line.startswith("Train")] == [
        line for line in logs.splitlines() if line.startswith("Train")]
    # The curves are those of a training here, but for how long it took.
    own.command("train", "--configs", str(corpus / "c.yml"), "--root", str(corpus), "--threads", "1",
                "--save-model-path", str(tmp_path / "here"))
    (here, here_pictures), (there, there_pictures) = (
        curves(tmp_path / "here/TDNN_Fbank/log"), curves(tmp_path / "curves"))
    assert here.keys() == there.keys() and len(here) == 2 * 4 * 5 + 2 * 3
    assert all(there[key] == pytest.approx(value) for key, value in here.items() if key[0] != "Train/data_per_second")
    assert here_pictures == there_pictures and here_pictures.keys() == {("Test/FNR_FPR", 1), ("Test/FNR_FPR", 2)}

    def listed(*options):
        return {job["job"]: job for job in json.loads(own.command("jobs", "list", "--json", *options, *target).stdout)}

    assert set(listed("--job-state", "finished", "--dataset", dataset)) == {
        job for job, entry in listed().items() if entry["state"] == "finished"}
    assert listed("--job-state", "queued") == {} and listed("--dataset", "other") == {}
    refused = own.command("jobs", "list", "--job-state", "done", *target, check=False)
    assert refused.returncode == 2 and "done" in refused.stderr


def test_ctrl_c_leaves_the_job_running(own, pb, corpus, dataset):
    (corpus / "c.yml").write_text(config(3000))
    address = live(own)
    follower = subprocess.Popen(
        [BIN / "voiceprint", "jobs", "submit", "--dataset", dataset, "--configs", corpus / "c.yml", "--watch",
         "--trainer", address], env=own.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    for line in follower.stdout:
        if line.startswith("Train epoch: [1/3000]"):
            follower.send_signal(signal.SIGINT)
            break
    _, errors = follower.communicate(timeout=30)
    assert follower.returncode == 1 and "goes on" in errors
    job = re.search(r"(job-\d+) goes on", errors).group(1)
    trainer = connect(address)
    before = trainer.GetJob(pb.GetJobRequest(job=job), timeout=10).job
    assert before.state == pb.JOB_STATE_RUNNING
    eventually(lambda: trainer.GetJob(pb.GetJobRequest(job=job), timeout=10).job.last_sequence > before.last_sequence)
    assert own.command("jobs", "cancel", job, "--trainer", address).stdout.strip().endswith("being cancelled")
    events = watch(pb, trainer, job, before.last_sequence)
    assert [event for event in events][-1].state_change.state == pb.JOB_STATE_CANCELLED
