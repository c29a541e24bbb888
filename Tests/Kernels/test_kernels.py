"""The C kernels on ARM64: cross-compiled by the toolchain's Clang and run by qemu."""

import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources" / "C"
MODULES = ("CVoiceKernels", "CVoiceDSP")


def clang() -> str:
    """The toolchain's: a system's own may be too old for what the kernels are written in."""
    swift = shutil.which("swift")
    folder = pathlib.Path(os.path.realpath(swift)).parent if swift else ROOT
    found = shutil.which("clang", path=f"{folder}{os.pathsep}{os.environ['PATH']}")
    assert found, "no clang: it comes with the Swift toolchain"
    return found


def test_kernels_on_arm64(tmp_path):
    program = tmp_path / "kernels"
    sources = [path for module in MODULES for path in (SOURCES / module).rglob("*.c")]
    includes = [f"-I{SOURCES / module / 'include'}" for module in MODULES]
    subprocess.run(
        [clang(), "--target=aarch64-linux-gnu", "-fuse-ld=lld", "-static", "-O2", *includes,
         *pathlib.Path(__file__).parent.glob("*.c"), *sources, "-lm", "-o", program], check=True)
    result = subprocess.run(["qemu-aarch64", program], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "portable: 116 checks, 0 failed" in result.stdout
    disassembly = subprocess.run(
        ["aarch64-linux-gnu-objdump", "-d", program], check=True, capture_output=True, text=True).stdout
    (tile,) = [part for part in disassembly.split("\n\n") if "<accumulate_6x2>:" in part]
    # 6 pixels x 2 vectors of channels: a multiply-add of four floats each, and none of a single float.
    assert tile.count("fmla\tv") >= 12 and "fmadd\t" not in tile, "a convolution's tile is not vectorised"
