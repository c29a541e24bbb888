"""A cluster with real speech: Debian's telephone prompts, hundreds of each of five people."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Integration"))

import cluster as cluster_module  # noqa: E402
import voices  # noqa: E402

SOUNDS = pathlib.Path("/usr/share/asterisk/sounds")
PEOPLE = {
    "allison": "en_US_f_Allison", "june": "fr_CA_f_June", "carlo": "it_IT_m_Carlo", "ivrvoice": "ru_RU_f_IvrvoiceRU",
    "menardi": "it_IT_f_Menardi",
}


@pytest.fixture(scope="session", autouse=True)
def stubs(tmp_path_factory):
    cluster_module.generate_stubs(tmp_path_factory.mktemp("stubs"))


@pytest.fixture(scope="session")
def prompts() -> dict[str, list[pathlib.Path]]:
    """Prompts of some seconds of each person, in the order of their names."""
    found = {
        person: [file for file in sorted((SOUNDS / folder).rglob("*.wav")) if 48_000 < file.stat().st_size < 200_000]
        for person, folder in PEOPLE.items()}
    missing = [person for person, files in found.items() if len(files) < 30]
    assert not missing, f"no prompts of {missing} in {SOUNDS}: deploy/install-deps.sh demo"
    return found


@pytest.fixture(scope="session")
def cluster(stubs):
    running = cluster_module.Cluster(voices.short_folder(), "--replicas", "embedding=2", *voices.model_arguments())
    yield running
    running.down()
