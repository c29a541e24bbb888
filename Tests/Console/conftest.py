"""One cluster, one browser and one data set for all tests of the console."""

import pathlib
import shutil
import subprocess
import sys

import pytest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent / "Integration"), str(FOLDER)]

import browser as browser_module  # noqa: E402
import cluster as cluster_module  # noqa: E402
import console as console_module  # noqa: E402
import speech  # noqa: E402
import voices  # noqa: E402

SCREENSHOTS = cluster_module.ROOT / ".build" / "test-logs" / "console"
CONFIGURATION = """
dataset_conf:
  {max_duration: 1, train_list: lists/train_list.txt, enroll_list: lists/enroll_list.txt,
   trials_list: lists/trials_list.txt, dataLoader: {batch_size: 4, num_workers: 2},
   aug_conf: {speed_perturb: no, noise_dir: null}}
preprocess_conf: {method_args: {num_mel_bins: 20}}
model_conf: {model: TDNN, model_args: {channels: 16, embd_dim: 8}}
train_conf: {max_epoch: EPOCHS, log_interval: 1}
"""


def configuration(epochs: int) -> str:
    """A training that takes a moment a pass."""
    return CONFIGURATION.replace("EPOCHS", str(epochs))


@pytest.fixture(scope="session")
def cluster():
    running = cluster_module.Cluster(voices.short_folder(), "--replicas", "embedding=2", *voices.model_arguments())
    yield running
    running.down()


@pytest.fixture(scope="session")
def console(cluster):
    return console_module.Console(cluster.status()["console"])


@pytest.fixture(scope="session")
def folder():
    made = voices.short_folder()
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def clips(folder):
    """Files of recordings by name, for choosing in the browser."""
    made = {f"{person}-{index}": speech.recording(person, index)
            for person in speech.PEOPLE for index in range(4)}
    made |= {"clipped": speech.clipped("june", 4), "noisy": speech.noisy("june", 4), "short": speech.short("june", 4)}
    files = {}
    for name, data in made.items():
        files[name] = folder / f"{name}.wav"
        files[name].write_bytes(data)
    return files


@pytest.fixture(scope="session")
def microphone(folder):
    """What the browser's microphone hears from the next recording on."""
    file = folder / "microphone.wav"

    def hears(data: bytes) -> None:
        file.write_bytes(data)

    hears.file = file
    hears(speech.recording("allison", 0))
    return hears


@pytest.fixture(scope="session")
def chromium(console, microphone):
    running = browser_module.Browser(console.address, microphone.file, SCREENSHOTS)
    yield running
    running.quit()


@pytest.fixture
def browser(chromium):
    """The browser in English and light at 1280 pixels; a test that it complained in has failed."""
    chromium.resize(1280)
    chromium.expected = ()
    yield chromium
    complaints = chromium.problems(*chromium.expected)
    chromium.language("en")
    chromium.theme("light")
    assert complaints == []


@pytest.fixture(scope="session")
def people(console):
    """Four people in a collection that retains recordings, and one of them in another that does not."""
    console.ok("POST", "collections", body={"collection": "staff", "retainAudio": "encrypted"})
    console.ok("POST", "collections", body={"collection": "guests", "retainAudio": "none"})
    for person in ["allison", "june", "carlo", "ivrvoice"]:
        takes = [speech.recording(person, index) for index in (8, 10, 12)]
        console.enrol("staff", person, *takes, name=f"{person.capitalize()} Prompt")
    console.enrol("guests", "allison", speech.recording("allison", 8), name="Allison Guest")
    return "staff"


@pytest.fixture(scope="session")
def dataset(cluster, folder):
    """A small data set of real speech with its lists."""
    root = folder / "corpus"
    for person in speech.PEOPLE:
        (root / person).mkdir(parents=True)
        for index in range(6):
            (root / person / f"{index}.wav").write_bytes(speech.recording(person, index))
    lists = subprocess.run(
        [cluster_module.BIN / "voiceprint", "create-data", "--root", root, "--out", root / "lists",
         "--evaluation-speakers", "2"], capture_output=True, text=True, timeout=60)
    assert lists.returncode == 0, lists.stderr
    (root / "tiny.yml").write_text(configuration(2))
    cluster.command("dataset", "push", "callers", "--root", str(root), "--configs", str(root / "tiny.yml"))
    return "callers"


@pytest.fixture(scope="session")
def candidate(console, dataset):
    """The epoch of a training of some passes, and the training's job."""
    body = {"spec": {"dataset": dataset, "configuration": configuration(6), "seed": 3}}
    job = console.ok("POST", "jobs", body=body)["job"]
    events = list(console.events(f"jobs/{job}/events"))
    assert [data["state"] for name, data, _ in events if name == "stateChange"][-1] == "finished", events[-3:]
    return console.ok("GET", "jobs", job)["candidateEpoch"], job
