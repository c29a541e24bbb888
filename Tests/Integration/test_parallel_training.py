"""Training by several processes under the real mpirun: the same network as one process, and a rank that is killed."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from cluster import BIN
from test_training import CONFIG, corpus, run, weights  # noqa: F401 (corpus is a fixture)

HAS_MPI = b"libmpi" in subprocess.run(["ldd", BIN / "voiceprint"], capture_output=True).stdout

pytestmark = pytest.mark.skipif(
    not HAS_MPI or not shutil.which("mpirun"),
    reason="voiceprint was built without '--traits MPI', or there is no mpirun: several processes are untested")

# Small steps, so that rounding stays small; with Adam gradients that are nothing but rounding make full steps.
SGD = """optimizer_conf:
  {optimizer: SGD, optimizer_args: {lr: 1.0e-4, momentum: 0.9}, scheduler_args: {max_lr: 1.0e-4}}
"""


def arguments(corpus, folder, save, batch_size, *more):
    config = folder / f"batch-{batch_size}.yml"
    config.write_text(CONFIG.replace("batch_size: 4", f"batch_size: {batch_size}") + SGD)
    return ["train", "--configs", config, "--root", corpus, "--save-model-path", folder / save, *more]


def mpirun(ranks, arguments, **options):
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return subprocess.Popen(
        ["mpirun", "-np", str(ranks), "--oversubscribe", "--mca", "odls_base_sigkill_timeout", "2",
         BIN / "voiceprint", *map(str, arguments)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options)


def finish(process):
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return out


def process_of(mpirun, rank):
    """The process of a rank, among those that mpirun has started."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            variables = folder.joinpath("environ").read_bytes().split(b"\0")
        except OSError:  # it has ended meanwhile
            continue
        if parent == mpirun.pid and b"OMPI_COMM_WORLD_RANK=%d" % rank in variables:
            return int(folder.name)
    raise AssertionError(f"mpirun has started no rank {rank}")


def values(file):
    content = file.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + length])
    header.pop("__metadata__", None)
    numbers = memoryview(content[8 + length:])
    return {key: numbers[slice(*entry["data_offsets"])].cast("f") for key, entry in header.items()}


def test_two_ranks_with_shared_norms_learn_what_one_process_does(corpus, tmp_path):
    # Norms of four vectors alone are so badly conditioned that rounding grows.
    run(*arguments(corpus, tmp_path, "one", 8, "--max-epoch", 4))
    out = finish(mpirun(2, arguments(corpus, tmp_path, "two", 4, "--max-epoch", 4, "--sync-batch-norm")))
    assert out.count("Train epoch: [4/4], batch: [1/2]") == 1 and out.count("finished") == 1  # rank 0 alone tells
    one, two = (values(tmp_path / save / "TDNN_Fbank/last_model/model.safetensors") for save in ("one", "two"))
    assert one.keys() == two.keys()
    for key in one:
        largest = max(map(abs, one[key]))
        difference = max(abs(a - b) for a, b in zip(one[key], two[key]))
        assert difference <= 1e-5 * max(largest, 0.1), (key, difference, largest)
    state = json.loads((tmp_path / "two/TDNN_Fbank/last_model/model.state").read_text())
    assert state["ranks"] == 2 and state["step"] == 8


@pytest.mark.parametrize("options", [[], ["--sync-batch-norm"]])
def test_a_killed_rank_ends_the_job_with_a_checkpoint_that_goes_on(corpus, tmp_path, options):
    finish(mpirun(2, arguments(corpus, tmp_path, "whole", 2, *options)))

    cut = mpirun(2, arguments(corpus, tmp_path, "cut", 2, *options))
    for line in cut.stdout:  # in the middle of the third epoch
        if line.startswith("Train epoch: [3/8], batch: [0/4]"):
            os.kill(process_of(cut, 1), signal.SIGKILL)
            break
    _, errors = cut.communicate(timeout=60)  # no hang
    assert cut.returncode != 0
    state = json.loads((tmp_path / "cut/TDNN_Fbank/last_model/model.state").read_text())
    assert state["last_epoch"] >= 2 and state["step"] >= 9
    if state["epoch_step"]:
        assert "saved" in errors and "the same command goes on from there" in errors

    out = finish(mpirun(2, arguments(corpus, tmp_path, "cut", 2, *options)))
    assert f", from step {state['step']}" in out
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_a_stopped_job_saves_and_another_number_of_ranks_is_refused(corpus, tmp_path):
    job = mpirun(2, arguments(corpus, tmp_path, "stopped", 2))
    for line in job.stdout:
        if line.startswith("Train epoch: [2/8], batch: [0/4]"):
            job.send_signal(signal.SIGTERM)
            break
    _, errors = job.communicate(timeout=60)
    assert job.returncode != 0
    state = json.loads((tmp_path / "stopped/TDNN_Fbank/last_model/model.state").read_text())
    assert state["step"] >= 5
    result = run(*arguments(corpus, tmp_path, "stopped", 2), check=False)
    assert result.returncode == 3 and "begun with 2 ranks, not 1" in result.stderr


def test_a_rank_that_cannot_begin_ends_the_job(corpus, tmp_path):
    process = mpirun(2, ["train", "--configs", tmp_path / "nothing.yml", "--save-model-path", tmp_path / "m"])
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 3 and "nothing.yml" in errors
