"""What the documents say is there: commands and their options, keys of configurations, reasons of errors, files."""

import functools
import re
import subprocess

import pytest

from cluster import BIN, ROOT

DOCUMENTS = [
    "README.md", "deploy/README.md", "deploy/THREATS.md", "Protos/README.md", "services/clients/README.md",
    "services/clients/MIGRATION.md",
    *(f"services/clients/{language}/README.md" for language in ("cpp", "go", "python", "shell", "swift"))]


@functools.cache
def text_of(document: str) -> str:
    return (ROOT / document).read_text()


def code_of(document: str) -> list[str]:
    """Lines of shell in blocks, joined where they are continued, and what stands between backticks."""
    text = text_of(document)
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


@functools.cache
def help_of(*command: str) -> str:
    done = subprocess.run(
        [BIN / "voiceprint", "help", *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"voiceprint help {' '.join(command)}: {done.stderr}"
    return done.stdout


def subcommands(*command: str) -> set[str]:
    _, _, listed = help_of(*command).partition("SUBCOMMANDS:")
    return set(re.findall(r"^  ([a-z-]+)", listed, re.MULTILINE))


def test_commands_and_their_options_exist():
    seen = set()
    for document in DOCUMENTS:
        for line in code_of(document):
            for words in re.findall(r"(?:^|[\s;|(])voiceprint ([^|;#)]*)", line):
                path, rest = [], words.split()
                while rest and (known := subcommands(*path)):
                    if rest[0] not in known:
                        # `voiceprint up` and `down`, say, or an option of the command above.
                        assert rest[0].startswith("-") or path, f"{document}: voiceprint {words}"
                        break
                    path.append(rest.pop(0))
                for option in re.findall(r"(?:^|\s)(--[a-z][a-z0-9-]*)", " ".join(rest)):
                    options = help_of(*path) if path else "--help"
                    assert re.search(rf"{option}\b", options), f"{document}: voiceprint {words}: no {option}"
                seen.add(tuple(path))
    assert len(seen) > 30, seen


def test_keys_of_services_exist():
    keys = set()
    for file in (ROOT / "configs" / "services").glob("*.yaml"):
        section = ""
        for line in file.read_text().splitlines():
            if top := re.match(r"(?:# )?([a-z_]+):", line):
                section = top[1]
                keys.add(section)
            elif inner := re.match(r"  (?:# )?([a-z_]+):", line):
                keys.add(f"{section}.{inner[1]}")
    sections = {key for key in keys if any(other.startswith(f"{key}.") for other in keys)}
    named = {code for code in code_of("deploy/README.md") if re.fullmatch(r"[a-z_]+\.[a-z_]+", code)}
    named |= set(re.findall(r"--set ([a-z_.]+)=", text_of("deploy/README.md")))
    checked = {key for key in named if key.partition(".")[0] in sections}
    assert len(checked) > 12 and checked <= keys, checked - keys


def test_reasons_of_errors_exist():
    sources = "".join(
        path.read_text() for folder in ("Sources", "services", "Protos") for kind in ("*.swift", "*.proto")
        for path in (ROOT / folder).rglob(kind))
    named = {word for code in code_of("deploy/README.md") for word in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", code)
             if not word.startswith("VOICEPRINT_")}
    assert len(named) > 12
    assert not {word for word in named if f'"{word}"' not in sources and f" {word} " not in sources
                and word not in ("NOT_SERVING",)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_linked_or_named_exist(document):
    text = text_of(document)
    folder = (ROOT / document).parent
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert target.startswith("https://") or (folder / target).exists(), target
    for path in re.findall(r"`((?:deploy|configs|services|Tests|Protos|Sources)/[\w./+-]*)`", text):
        assert (ROOT / path).exists() or list(ROOT.glob(path)), path
