"""The matrix as tests, one a scenario, and the line that sums them up."""

import itertools
import os
import pathlib
import random
import sys

import pytest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent / "Integration"), str(FOLDER.parent / "Promotion")]

import cluster as cluster_module  # noqa: E402
import matrix  # noqa: E402

SOUNDS = pathlib.Path("/usr/share/asterisk/sounds")
PEOPLE = ["en_US_f_Allison", "fr_CA_f_June", "it_IT_m_Carlo", "ru_RU_f_IvrvoiceRU", "it_IT_f_Menardi"]
TOTALS = {"scenarios": 0, "calls": 0, "violations": 0}


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="every scenario instead of a sample")
    parser.addoption("--seed", type=int, help="what the sample and the calls are drawn by")


def pytest_configure(config):
    seed = config.getoption("--seed")
    config.fault_seed = random.SystemRandom().randrange(10_000) if seed is None else seed


def pytest_generate_tests(metafunc):
    if "scenario" in metafunc.fixturenames:
        scenarios = matrix.scenarios(metafunc.config.getoption("--full"), metafunc.config.fault_seed)
        metafunc.parametrize("scenario", scenarios, ids=str)


def pytest_terminal_summary(terminalreporter, config):
    # Here and not in the header, which a quiet run leaves out.
    terminalreporter.write_line(f"faults: seed {config.fault_seed} (again with --seed {config.fault_seed})")
    line = ", ".join(f"{name} {count}" for name, count in TOTALS.items())
    terminalreporter.write_line(line)
    summary = os.environ.get("VOICEPRINT_FAULTS_SUMMARY")
    if summary:
        pathlib.Path(summary).write_text(line + "\n")


@pytest.fixture(scope="session")
def totals():
    return TOTALS


@pytest.fixture(scope="session")
def clips() -> tuple[list, list]:
    """Real speech, telephone prompts: some to ask about, and pairs to enrol people with."""
    found = []
    for person in PEOPLE:
        files = sorted((SOUNDS / person).rglob("*.wav"))
        found.append([file for file in files if 32_000 < file.stat().st_size < 64_000][:20])
    missing = [person for person, files in zip(PEOPLE, found) if len(files) < 20]
    assert not missing, f"no prompts of {missing} in {SOUNDS}: deploy/install-deps.sh demo"
    probes = list(itertools.chain(*(files[:4] for files in found)))
    pairs = [tuple(files[first:first + 2]) for files in found for first in range(4, 20, 2)]
    return probes, pairs


@pytest.fixture(scope="session")
def stubs_of_protos(tmp_path_factory):
    cluster_module.generate_stubs(tmp_path_factory.mktemp("stubs"))


@pytest.fixture(scope="session")
def world(tmp_path_factory, stubs_of_protos, clips):
    from world import World

    probes, pairs = clips
    broken = World(tmp_path_factory.mktemp("world"), [*probes, *itertools.chain(*pairs)])
    yield broken
    broken.close()


@pytest.fixture(scope="session")
def network(request):
    """A network between the processes, or None where it cannot be had: tests that need one say so and are skipped."""
    from network import Network, why_not
    from rig import HOSTS

    if why_not():
        yield None
        return
    hosts = Network(HOSTS, request.config.fault_seed)
    yield hosts
    hosts.close()


@pytest.fixture(scope="session")
def rig(tmp_path_factory, stubs_of_protos, clips, network):
    import rig as rig_module

    probes, pairs = clips
    broken = rig_module.make(tmp_path_factory.mktemp("model"), [*probes, *itertools.chain(*pairs)], network)
    yield broken
    broken.close()


@pytest.fixture
def people(rig, clips, request):
    """Who calls the rig's gateway about a collection of this test's own."""
    from crowd import Crowd

    return Crowd(rig, clips, request.node.name, request.config.fault_seed)
