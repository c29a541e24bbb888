"""Trainers of the tests' own, with other settings: how they end, what they bound, connections that end early."""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import threading
import time

import grpc
import pytest

import cluster as cluster_module
from cluster import BIN, eventually
from test_jobs import config, connect, corpus, pb, push, status, submit, watch, weights  # noqa: F401 (fixtures)
from test_parallel_training import HAS_MPI
from voices import short_folder

PASSES = 30


@pytest.fixture(scope="module")
def own(stubs):
    """A cluster without a trainer."""
    running = cluster_module.Cluster(short_folder(), "--no-trainer", "--no-console")
    yield running
    running.down()


class Trainer:
    """A trainer's process."""

    def __init__(self, own, folder, *settings):
        upstreams = [f"upstreams.{name}={own.address(name)}" for name in ("feature", "embedding", "registry")]
        given = ["listen.port=0", f"database.url={own.status()['database']}", f"jobs.folder={folder}",
                 "jobs.threads=1", "jobs.lease_milliseconds=3000", *upstreams, *settings]
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BIN / "voiceprint-trainer", *(part for setting in given for part in ("--set", setting))],
                stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("LISTENING "), self.log.read_text()
        self.address = f"127.0.0.1:{int(line.split()[1])}"
        self.stub = connect(self.address)

    def children(self):
        """The processes below this one and their words, mpirun's too."""
        found, parents = {}, {self.process.pid}
        while parents:
            children = set()
            for parent in parents:
                for task in pathlib.Path(f"/proc/{parent}/task").glob("*/children"):
                    try:
                        children |= {int(child) for child in task.read_text().split()}
                    except OSError:  # it has ended meanwhile
                        continue
            for child in children:
                try:
                    found[child] = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
                except OSError:
                    continue
            parents = children
        return found

    def trainings(self):
        """The processes that train."""
        return [child for child, words in self.children().items()
                if words[0].endswith("/voiceprint") and "train" in words[:2]]

    def end(self):
        """Ends as a service does, and gives the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(90)
        self.process.stdout.close()
        return status


@pytest.fixture
def start(own, tmp_path):
    """Starts trainers, each of which has ended well when the test is over."""
    trainers = []

    def begin(*settings, folder="work"):
        trainers.append(Trainer(own, tmp_path / folder, *settings))
        return trainers[-1]

    yield begin
    for trainer in trainers:
        if not trainer.process.stdout.closed:
            assert trainer.end() in (0, -signal.SIGKILL), trainer.log.read_text()


@pytest.fixture(scope="module")
def undisturbed(own, pb, corpus, tmp_path_factory):
    """The data set `tiny`, and the sum of the best weights of a job of 30 passes that nothing happened to."""
    trainer = Trainer(own, tmp_path_factory.mktemp("undisturbed") / "work")
    (corpus / "c.yml").write_text(config(1))
    own.command("dataset", "push", "tiny", "--root", str(corpus), "--configs", str(corpus / "c.yml"),
                "--trainer", trainer.address)
    job = submit(pb, trainer.stub, "tiny", PASSES)
    assert list(watch(pb, trainer.stub, job))
    epoch = trainer.stub.GetJob(pb.GetJobRequest(job=job), timeout=10).job.candidate_epoch
    assert trainer.end() == 0
    return weights(own, epoch)


def get(pb, trainer, job):
    return trainer.stub.GetJob(pb.GetJobRequest(job=job), timeout=10).job


def until_batch(events, seen, epoch, batch):
    """Takes events until the line of a batch has come."""
    for event in events:
        seen.append(event)
        if event.HasField("progress") and (event.progress.epoch, event.progress.batch) >= (epoch, batch):
            return
    raise AssertionError("the job ended before")


def changes(pb, events):
    """The changes of state in words, without the trainers' names."""
    changes = [event.state_change for event in events if event.HasField("state_change")]
    return [(pb.JobState.Name(change.state).removeprefix("JOB_STATE_"), change.message) for change in changes]


# ---- The end of a trainer, and of a training -----------------------------------------------------------------------


def test_a_trainer_that_is_shut_down_saves_and_gives_its_job_on(own, pb, start, undisturbed):
    first = start()
    job, seen = submit(pb, first.stub, "tiny", PASSES), []
    until_batch(watch(pb, first.stub, job), seen, 5, 1)
    assert first.end() == 0
    second = start(folder="other")
    seen += watch(pb, second.stub, job, len(seen))
    told = changes(pb, seen)
    assert [state for state, _ in told] == ["QUEUED", "RUNNING", "QUEUED", "RUNNING", "FINISHED"], told
    assert "was shut down" in told[2][1]
    # It went on in the middle of the pass and not at its beginning.
    starts = [event.start.step for event in seen if event.HasField("start")]
    lines = [event.progress.step for event in seen if event.HasField("progress")]
    assert starts[0] == 0 and starts[1] >= 18 and lines == list(range(1, 4 * PASSES + 1)), (starts, lines)
    answer = get(pb, second, job)
    assert answer.attempts == 1 and weights(own, answer.candidate_epoch) == undisturbed
    assert not list(first.folder.glob("running/*")), "what it worked on is gone"


def test_a_training_process_that_is_killed_loses_nothing(own, pb, start, undisturbed):
    trainer = start("jobs.retry_pause_milliseconds=100")
    job, seen = submit(pb, trainer.stub, "tiny", PASSES), []
    events = watch(pb, trainer.stub, job)
    until_batch(events, seen, 5, 1)
    (training,) = trainer.trainings()
    os.kill(training, signal.SIGKILL)
    seen += events
    told = changes(pb, seen)
    assert [state for state, _ in told] == ["QUEUED", "RUNNING", "QUEUED", "RUNNING", "FINISHED"], told
    assert told[2][1] == "the training process was killed by signal 9"
    answer = get(pb, trainer, job)
    assert answer.attempts == 2 and weights(own, answer.candidate_epoch) == undisturbed


def test_the_epoch_of_a_job_has_the_precision_that_the_trainer_is_told(own, pb, start, undisturbed):
    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    known = [name for name, flag in [("float16", "avx512_fp16"), ("bf16", "avx512_bf16")] if flag in flags]
    if not known:
        pytest.skip("this processor multiplies float32 numbers alone")
    trainer = start(f"jobs.precision={known[0]}", "jobs.float32_fallback=true")
    job = submit(pb, trainer.stub, "tiny", 1)
    assert changes(pb, list(watch(pb, trainer.stub, job)))[-1][0] == "FINISHED"
    epoch = json.loads(own.command("epochs", "show", get(pb, trainer, job).candidate_epoch).stdout)
    assert (epoch["precision"], epoch["float32_fallback"]) == (known[0], True) and 0 <= epoch["evaluation"]["eer"] <= 1
    measured = own.command(
        "epochs", "evaluate", epoch["epoch"], "--dataset", "tiny", "--enroll-list", "lists/enroll_list.txt",
        "--trials-list", "lists/trials_list.txt", "--trainer", trainer.address, "--json")
    assert json.loads(measured.stdout)["eer"] == epoch["evaluation"]["eer"]


# ---- What a training may take --------------------------------------------------------------------------------------


def test_a_training_stands_back_and_its_trainer_answers_meanwhile(own, pb, start, undisturbed):
    from grpc.health.v1 import health_pb2, health_pb2_grpc

    trainer = start("jobs.niceness=7", "jobs.memory_megabytes=2000")
    job, seen = submit(pb, trainer.stub, "tiny", 3000), []
    events = watch(pb, trainer.stub, job)
    until_batch(events, seen, 1, 0)
    (training,) = trainer.trainings()
    process = pathlib.Path(f"/proc/{training}")
    assert process.joinpath("stat").read_text().rpartition(")")[2].split()[16] == "7"
    (limit,) = [line for line in process.joinpath("limits").read_text().splitlines() if "Max data size" in line]
    assert limit.split()[3:5] == [str(2000 << 20)] * 2, limit
    # One computes and one reads; the others wait for signals, reports and ends.
    def computing():
        return [task for task in process.joinpath("task").iterdir()
                if sum(map(int, task.joinpath("stat").read_text().rpartition(")")[2].split()[11:13])) > 5]

    busy = eventually(computing, what="a thread that has computed for 50 ms")
    assert len(busy) <= 3, [task.joinpath("comm").read_text() for task in busy]
    slowest = 0.0
    with grpc.insecure_channel(trainer.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for _ in range(20):
            begin = time.monotonic()
            assert health.Check(health_pb2.HealthCheckRequest(), timeout=5).status == 1
            assert get(pb, trainer, job).state == pb.JOB_STATE_RUNNING
            slowest = max(slowest, time.monotonic() - begin)
    assert slowest < 2, slowest
    trainer.stub.CancelJob(pb.CancelJobRequest(job=job), timeout=10)
    assert [event for event in events][-1].state_change.state == pb.JOB_STATE_CANCELLED


def test_a_training_that_needs_more_memory_than_it_may_take_fails_and_says_so(own, pb, start, undisturbed):
    trainer = start("jobs.memory_megabytes=256")
    answer = trainer.stub.SubmitJob(pb.SubmitJobRequest(spec=pb.TrainingSpec(
        dataset="tiny", configuration=config(1).replace("channels: 16", "channels: 3000"))), timeout=30)
    told = changes(pb, watch(pb, trainer.stub, answer.job.job))
    assert [state for state, _ in told] == ["QUEUED", "RUNNING", "FAILED"], told
    assert "more memory than the 256 MB of the trainer's jobs.memory_megabytes" in told[-1][1], told
    assert get(pb, trainer, answer.job.job).attempts == 1


# ---- Calls that take longer than a connection ----------------------------------------------------------------------


def slowly(messages, seconds):
    for message in messages:
        yield message
        time.sleep(seconds)


def test_a_push_may_take_longer_than_its_connection(pb, start):
    files = [(f"{index}", bytes([index])) for index in range(8)]
    contents = [(index, data) for index, (_, data) in enumerate(files)]
    patient = start("jobs.at_once=0", "listen.max_connection_age_seconds=1")
    hasty = start("jobs.at_once=0", "listen.max_connection_age_seconds=1", "listen.max_connection_age_grace_seconds=1",
                  folder="other")
    cut = status(lambda: hasty.stub.PushDataset(slowly(push(pb, "slow", files, contents), 0.5), timeout=30))
    assert cut.code() == grpc.StatusCode.UNAVAILABLE, cut
    assert patient.stub.PushDataset(slowly(push(pb, "slow", files, contents), 0.5), timeout=30).created
    patient.stub.DeleteDataset(pb.DeleteDatasetRequest(name="slow"), timeout=10)


class Cutter:
    """Passes connections on to an address, and breaks each after so many bytes of what its client sends."""

    def __init__(self, address, most):
        self.target, self.most, self.broken = address.split(":"), most, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection((self.target[0], int(self.target[1])))
            threading.Thread(target=self.copy, args=(client, server, self.most), daemon=True).start()
            threading.Thread(target=self.copy, args=(server, client, None), daemon=True).start()

    def copy(self, source, target, left):
        try:
            while data := source.recv(65536):
                if left is not None and (left := left - len(data)) < 0:
                    self.broken += 1
                    break
                target.sendall(data)
        except OSError:  # the other direction has been broken
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def test_a_push_comes_to_its_end_however_often_its_connection_breaks(own, pb, start, tmp_path):
    trainer = start("jobs.at_once=0")
    numbers = random.Random(1)
    (tmp_path / "voices").mkdir()
    lines = []
    for index in range(10):
        (tmp_path / "voices" / f"{index}.wav").write_bytes(numbers.randbytes(300_000))
        lines.append(f"{index}.wav\t{index}\n")
    (tmp_path / "voices" / "list.txt").write_text("".join(lines))
    cutter = Cutter(trainer.address, 1_500_000)
    arguments = ["dataset", "push", "broken", "--root", str(tmp_path / "voices"), "--list", "list.txt", "--trainer"]
    result = own.command(*arguments, cutter.address)
    assert "broken pushed: 11 files" in result.stdout and cutter.broken >= 2, (result.stdout, cutter.broken)
    # Where no file ever arrives it gives up.
    hopeless = Cutter(trainer.address, 100_000)
    arguments[2] = "hopeless"
    (tmp_path / "voices" / "0.wav").write_bytes(numbers.randbytes(300_000))
    failed = own.command(*arguments, hopeless.address, check=False)
    assert failed.returncode != 0 and hopeless.broken == 5, (failed.stderr, hopeless.broken)
    assert [item.name for item in trainer.stub.ListDatasets(pb.ListDatasetsRequest(), timeout=10).datasets
            if item.name == "hopeless"] == []
    trainer.stub.DeleteDataset(pb.DeleteDatasetRequest(name="broken"), timeout=10)


# ---- Several processes ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(
    not HAS_MPI or not shutil.which("mpirun"),
    reason="voiceprint was built without '--traits MPI', or there is no mpirun: jobs of several processes are untested")
def test_a_job_of_several_processes_runs_is_cancelled_and_goes_on_after_a_kill(own, pb, start, undisturbed):
    together = ["jobs.processes=2", "jobs.mpirun=mpirun --oversubscribe --allow-run-as-root", "jobs.niceness=6",
                "jobs.memory_megabytes=2000", "jobs.retry_pause_milliseconds=100"]
    trainer = start(*together)
    spec = pb.TrainingSpec(dataset="tiny", configuration=config(8).replace("batch_size: 4", "batch_size: 2"), seed=7)

    def run(disturb=None):
        job, seen = trainer.stub.SubmitJob(pb.SubmitJobRequest(spec=spec), timeout=30).job.job, []
        events = watch(pb, trainer.stub, job)
        until_batch(events, seen, 3, 1)
        ranks = trainer.trainings()
        assert len(ranks) == 2, trainer.children()
        for rank in ranks:
            process = pathlib.Path(f"/proc/{rank}")
            assert process.joinpath("stat").read_text().rpartition(")")[2].split()[16] == "6"
            assert str(2000 << 20) in process.joinpath("limits").read_text()
        if disturb:
            disturb(job, ranks)
        seen += events
        return changes(pb, seen), get(pb, trainer, job), seen

    told, whole, seen = run()
    assert [state for state, _ in told] == ["QUEUED", "RUNNING", "FINISHED"], told
    lines = [(event.progress.epoch, event.progress.batch) for event in seen if event.HasField("progress")]
    assert lines == [(epoch, batch) for epoch in range(1, 9) for batch in range(4)], "the first process alone tells"

    told, cut, _ = run(lambda _, ranks: os.kill(ranks[-1], signal.SIGKILL))
    assert [state for state, _ in told] == ["QUEUED", "RUNNING", "QUEUED", "RUNNING", "FINISHED"], told
    assert cut.attempts == 2 and weights(own, cut.candidate_epoch) == weights(own, whole.candidate_epoch)

    begin = time.monotonic()
    told, _, seen = run(lambda job, _: trainer.stub.CancelJob(pb.CancelJobRequest(job=job), timeout=10))
    assert [state for state, _ in told] == ["QUEUED", "RUNNING", "CANCELLED"], told
    assert time.monotonic() - begin < 30
    # What they had done was stored, also in the middle of a pass.
    assert [event for event in seen if event.HasField("checkpoint")]
