"""File systems that are small, and full when a test wants it."""

import contextlib
import os
import pathlib
import shutil
import subprocess

import pytest


def mount(folder: pathlib.Path, megabytes: int) -> bool:
    """Gives a folder a disk of its own, in memory; false where that needs rights that are missing."""
    if os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", folder]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30).returncode == 0


def unmount(folder: pathlib.Path) -> None:
    subprocess.run(["umount", "--lazy", folder], check=True, stdin=subprocess.DEVNULL, timeout=30)


def grow(folder: pathlib.Path, megabytes: int) -> None:
    options = f"remount,size={megabytes}m"
    subprocess.run(["mount", "-o", options, folder], check=True, stdin=subprocess.DEVNULL, timeout=30)


@contextlib.contextmanager
def small(folder: pathlib.Path, megabytes: int):
    """While it lasts, a folder is a small disk; without the rights the test is skipped, which the summary tells."""
    if not mount(folder, megabytes):
        pytest.skip("no small disk to fill: mounting one needs root")
    try:
        yield folder
    finally:
        unmount(folder)


@contextlib.contextmanager
def full(folder: pathlib.Path):
    """While it lasts, the folder's disk has no byte left."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(folder).free)
    assert shutil.disk_usage(folder).free < 65_536
    try:
        yield
    finally:
        ballast.unlink()
