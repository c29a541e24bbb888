"""A real local cluster for the tests: `voiceprint up` in a state folder of its own, and stubs made from Protos/."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
BIN = pathlib.Path(os.environ.get("VOICEPRINT_BIN", ROOT / ".build" / "release"))


def generate_stubs(folder: pathlib.Path) -> None:
    """Python stubs of every proto, made now, as any client would make them."""
    from grpc_tools import protoc
    import grpc_tools

    protos = sorted(str(path.relative_to(ROOT / "Protos")) for path in (ROOT / "Protos").rglob("*.proto"))
    own = [path for path in protos if path.startswith(("voiceprint/", "grpc/", "google/rpc/", "opentelemetry/"))]
    include = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    includes = [f"-I{ROOT / 'Protos'}", f"-I{include}"]
    status = protoc.main(["protoc", *includes, f"--python_out={folder}", f"--grpc_python_out={folder}", *own])
    if status != 0:
        raise RuntimeError(f"protoc failed with {status}")
    # The generated packages must not hide the installed `grpc` and `google` packages: extend those instead.
    sys.path.insert(0, str(folder))
    for name in ("grpc", "google"):
        module = __import__(name)
        module.__path__.append(str(folder / name))
    # Where grpcio-reflection is installed, `grpc` gives it this name too.
    if "grpc.reflection" in sys.modules:
        sys.modules["grpc.reflection"].__path__.append(str(folder / "grpc" / "reflection"))


class Cluster:
    """`voiceprint up` and what a test may do to it."""

    def __init__(self, state: pathlib.Path, *arguments: str):
        self.state = state
        self.environment = {**os.environ, "VOICEPRINT_STATE": str(state)}
        self.command("up", *arguments)

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        result = subprocess.run(
            [str(BIN / "voiceprint"), *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=180)
        if check and result.returncode != 0:
            raise AssertionError(
                f"voiceprint {' '.join(arguments)} gave {result.returncode}\n{result.stdout}\n{result.stderr}")
        return result

    def status(self) -> dict:
        return json.loads(self.command("status", "--json", check=False).stdout)

    def process(self, service: str, index: int = 0) -> dict:
        found = [item for item in self.status()["processes"] if item["service"] == service]
        return found[index]

    def address(self, service: str, index: int = 0) -> str:
        return f"127.0.0.1:{self.process(service, index)['port']}"

    def kill(self, service: str, index: int = 0) -> None:
        os.kill(self.process(service, index)["pid"], signal.SIGKILL)

    def down(self) -> None:
        self.command("down")


def eventually(condition, seconds: float = 20, what: str = "the condition"):
    """Polls until the condition gives a true value; for what no event can tell (another process's state)."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true in {seconds} s")
        time.sleep(0.05)
