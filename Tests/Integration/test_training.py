"""Training from the command line: lists, a kill in the middle, the same weights, and curves that TensorBoard reads."""

import json
import re
import signal
import struct
import subprocess

import pytest

from cluster import BIN
from voices import voice, wav

CONFIG = """
dataset_conf:
  {max_duration: 1, train_list: lists/train_list.txt, enroll_list: lists/enroll_list.txt,
   trials_list: lists/trials_list.txt, dataLoader: {batch_size: 4, num_workers: 2},
   aug_conf: {speed_perturb: no, noise_dir: null}}
preprocess_conf: {method_args: {num_mel_bins: 20}}
model_conf: {model: TDNN, model_args: {channels: 16, embd_dim: 8}}
train_conf: {max_epoch: 8, log_interval: 1}
"""


def run(*arguments, check=True):
    result = subprocess.run([BIN / "voiceprint", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert not check or result.returncode == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for speaker in range(5):
        (folder / f"s{speaker}").mkdir()
        for clip in range(6):
            pitch, formants = 90.0 + 25 * speaker, (500.0 + 60 * speaker, 1500.0 + 100 * speaker)
            samples = voice(pitch, formants, seconds=1.2, seed=clip)
            (folder / f"s{speaker}" / f"{clip}.wav").write_bytes(wav(samples))
    (folder / "s0" / "broken.wav").write_bytes(b"no audio")
    answer = json.loads(run("create-data", "--root", folder, "--out", folder / "lists", "--evaluation-speakers", 2,
                            "--json").stdout)
    assert answer["train_speakers"] == 3 and answer["evaluation_speakers"] == 2 and answer["left_out"] == 1
    (folder / "c.yml").write_text(CONFIG)
    return folder


def train(corpus, save, **options):
    return subprocess.Popen(
        [BIN / "voiceprint", "train", "--configs", corpus / "c.yml", "--root", corpus, "--save-model-path", save],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def weights(save):
    return (save / "TDNN_Fbank" / "last_model" / "model.safetensors").read_bytes()


def test_a_training_that_was_killed_and_resumed_gives_the_same_weights(corpus, tmp_path):
    whole = train(corpus, tmp_path / "whole")
    out, errors = whole.communicate(timeout=300)
    assert whole.returncode == 0 and "best EER" in out, errors
    assert "Train epoch: [8/8], batch: [3/4], loss: " in out and "Test epoch: 8, time/epoch: 0:00:" in out

    cut = train(corpus, tmp_path / "cut")
    for line in cut.stdout:  # in the middle of the third epoch
        if line.startswith("Train epoch: [3/8], batch: [1/4]"):
            cut.kill()
            break
    assert cut.wait(60) == -signal.SIGKILL
    again = train(corpus, tmp_path / "cut")
    out, errors = again.communicate(timeout=300)
    assert again.returncode == 0, errors
    resumed = int(re.search(r", from step (\d+)", out).group(1))
    assert 8 <= resumed < 32
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_ctrl_c_saves_and_says_how_to_go_on(corpus, tmp_path):
    process = train(corpus, tmp_path)
    for line in process.stdout:
        if line.startswith("Train epoch: [2/8], batch: [0/4]"):
            process.send_signal(signal.SIGINT)
            break
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and "the same command goes on from there" in errors
    state = json.loads((tmp_path / "TDNN_Fbank" / "last_model" / "model.state").read_text())
    assert state["last_epoch"] in (1, 2) and state["use_model"] == "TDNN"


def test_curves_are_records_with_their_tags(corpus, tmp_path):
    process = train(corpus, tmp_path)
    assert process.communicate(timeout=300) and process.returncode == 0
    (file,) = (tmp_path / "TDNN_Fbank" / "log").iterdir()
    content, place, tags = file.read_bytes(), 0, b""
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        tags += content[place + 12:place + 12 + length]
        place += 16 + length
    assert place == len(content)
    for tag in (b"Train/Loss", b"Train/lr", b"Test/eer", b"Test/FNR_FPR", b"\x89PNG"):
        assert tag in tags


def test_features_on_disk_train_too_and_are_not_made_twice(corpus, tmp_path):
    save = ["extract-features", "--configs", corpus / "c.yml", "--root", corpus, "--save-dir", tmp_path / "features"]
    assert "18 of them new" in run(*save).stdout
    assert "0 of them new" in run(*save).stdout
    config = CONFIG
    for name in ("train", "enroll", "trials"):
        config = config.replace(f"{name}_list.txt", f"{name}_list_features.txt")
    (tmp_path / "c.yml").write_text(config.replace("max_epoch: 8", "max_epoch: 1"))
    result = run("train", "--configs", tmp_path / "c.yml", "--root", corpus, "--save-model-path", tmp_path / "m")
    assert "Test epoch: 1" in result.stdout


def test_what_cannot_be_trained_is_told_before(corpus, tmp_path):
    def told(text, *arguments):
        (tmp_path / "bad.yml").write_text(text)
        result = run("train", "--configs", tmp_path / "bad.yml", "--root", corpus, "--save-model-path", tmp_path / "m",
                     *arguments, check=False)
        assert result.returncode == 3 and not result.stdout
        return result.stderr

    wrong = CONFIG.replace("embd_dim: 8}", "embd_dim: 8}, classifier: {num_speakers: 2796}")
    assert "set it to 3" in told(wrong)
    assert "bad.yml:2: train_conf.max_epoch" in told("model_conf: {model: TDNN}\ntrain_conf: {max_epoch: 0}")
    assert "train_list is missing" in told("model_conf: {model: TDNN}")
    assert "no such file" in told(CONFIG.replace("train_list.txt", "nothing.txt")).lower()
    assert "nothing.safetensors" in told(CONFIG, "--pretrained-model", tmp_path / "nothing.safetensors")


def test_a_summary_and_a_benchmark_count(corpus):
    summary = json.loads(run("model-summary", "--configs", corpus / "c.yml", "--json").stdout)
    assert summary["parameters"] > 1000 and summary["multiply_adds"] > summary["parameters"]
    table = run("model-summary", "--configs", corpus / "c.yml", "--frames", 50).stdout
    assert "td_layer1 (Conv1d): 1-1" in table and "Total mult-adds (M)" in table
    benchmark = json.loads(run("benchmark", "training", "--configs", corpus / "c.yml", "--batch", 4, "--frames", 50,
                               "--steps", 1, "--json").stdout)
    assert benchmark["utterances_per_second"] > 0 and benchmark["peak_memory_bytes"] > 1_000_000
