"""The developers' manual is made without a link to nowhere, and its examples compile."""

import os
import shutil
import subprocess

import pytest

from cluster import BIN, ROOT


@pytest.mark.skipif(shutil.which("docc") is None, reason="this Swift toolchain has no docc")
def test_the_manual_of_the_modules_is_whole(tmp_path):
    if BIN.resolve() != (ROOT / ".build" / "release").resolve():
        pytest.skip("the manual is made of .build/release")
    done = subprocess.run(
        [ROOT / "deploy" / "documentation.sh", tmp_path], env=os.environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout
    made = {path.stem for path in tmp_path.glob("*.doccarchive")}
    pages = {path.stem for folder in ("Sources", "services") for path in (ROOT / folder).rglob("*.docc/*.md")}
    assert made == pages and len(made) > 15
