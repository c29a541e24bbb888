"""The services' configurations: every key that a program reads is in its file, works from outside, and is checked."""

import os
import re
import subprocess

import pytest

from cluster import BIN, ROOT

SERVICES = ["gateway", "feature", "embedding", "registry", "trainer", "console"]
# What a key needs to be one: `key: value`, commented out or not, with two spaces a level.
LINE = re.compile(r"^(?P<indent> *)(?P<comment># )?(?P<key>[a-z][a-z0-9_]*):(?P<value>$| +\S.*$)")


def path(service):
    return ROOT / "configs" / "services" / f"{service}.yaml"


def run(service, *arguments, environment=None):
    return subprocess.run(
        [BIN / f"voiceprint-{service}", *map(str, arguments)], env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)


def read(service):
    """The keys of a file with their values as text, those that are commented out too; and the file with all of them."""
    keys, lines, section = {}, [], None
    for line in path(service).read_text().splitlines():
        match = LINE.match(line)
        if not match:
            lines.append(line)
            continue
        lines.append(match["indent"] + line[len(match["indent"]):].removeprefix("# "))
        if not match["value"]:
            section = match["key"]
            continue
        value = re.sub(r"\s+#.*$", "", match["value"]).strip()
        keys[f"{section}.{match['key']}" if match["indent"] else match["key"]] = value
    return keys, "\n".join(lines) + "\n"


def known(service):
    result = run(service, "--list-keys")
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_has_every_key_that_the_program_reads_and_no_other(service):
    keys, _ = read(service)
    assert sorted(keys) == sorted(known(service))


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_is_right_as_it_is_and_with_everything_that_is_commented_out(service, tmp_path):
    assert run(service, "--config", path(service), "--check-config").returncode == 0
    whole = tmp_path / "whole.yaml"
    whole.write_text(read(service)[1])
    result = run(service, "--config", whole, "--check-config")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("service", SERVICES)
def test_every_key_can_be_set_by_the_environment_and_by_a_flag(service):
    keys, _ = read(service)
    names = {key: f"VOICEPRINT_{service}_{key}".upper().replace(".", "_") for key in keys}
    result = run(service, "--check-config", environment={names[key]: value for key, value in keys.items()})
    assert (result.returncode, result.stderr) == (0, "")
    settings = [text for key, value in keys.items() for text in ("--set", f"{key}={value}")]
    result = run(service, "--check-config", *settings)
    assert (result.returncode, result.stderr) == (0, "")
    # Each of them is looked at: what no key can be is told for all of them at once, where a key is no free text.
    wrong = {names[key]: "[a: {b}]" for key in keys}
    told = run(service, "--check-config", environment=wrong).stderr
    for key, value in keys.items():
        if re.fullmatch(r"-?[0-9.]+|true|false", value):
            assert f"{key}: " in told, f"{key} was not read from {names[key]}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_wrong_key_is_told_with_its_line_and_nothing_of_the_values(service, tmp_path):
    text = path(service).read_text() + "secret_of_mine: hunter2\n"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text)
    result = run(service, "--config", wrong, "--check-config")
    assert result.returncode == 78
    assert f"wrong.yaml:{len(text.splitlines())}: secret_of_mine: unknown key" in result.stderr
    assert "hunter2" not in result.stderr
