"""The cluster that is broken on purpose, its two epochs, and what their answers must be."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import time

import grpc
import numpy

import voices
from cluster import BIN, ROOT, Cluster, eventually
from golden import Golden, fetch_bundle

# Failed trainers must be replaced in seconds, and a promotion must take several steps.
SETTINGS = {
    "VOICEPRINT_TRAINER_JOBS_LEASE_MILLISECONDS": "3000", "VOICEPRINT_TRAINER_JOBS_THREADS": "1",
    "VOICEPRINT_TRAINER_JOBS_ATTEMPTS": "1000", "VOICEPRINT_TRAINER_PROMOTIONS_LEASE_MILLISECONDS": "3000",
    "VOICEPRINT_TRAINER_PROMOTIONS_BATCH": "4", "VOICEPRINT_GATEWAY_LISTEN_DRAIN_MILLISECONDS": "50",
    "VOICEPRINT_REGISTRY_LISTEN_DRAIN_MILLISECONDS": "50", "VOICEPRINT_TRAINER_LISTEN_DRAIN_MILLISECONDS": "50",
    "VOICEPRINT_EMBEDDING_LISTEN_DRAIN_MILLISECONDS": "50",
}


def other_network(bundle: pathlib.Path, out: pathlib.Path) -> pathlib.Path:
    """The weights of a bundle with noise on its last layer: a network whose scores are others."""
    content = bytearray((bundle / "weights.safetensors").read_bytes())
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + length])
    (name,) = [key for key, entry in header.items() if key.endswith("dense.linear.weight")]
    begin, end = (8 + length + offset for offset in header[name]["data_offsets"])
    weights = numpy.frombuffer(content[begin:end], dtype="<f4")
    noise = numpy.random.default_rng(1).normal(0, 0.3 * weights.std(), weights.size)
    content[begin:end] = (weights + noise).astype("<f4").tobytes()
    out.write_bytes(content)
    return out


class World:
    """A cluster with two embedding replicas and one of everything else, whose processes come back where they were."""

    def __init__(self, folder: pathlib.Path, clips: list[pathlib.Path]):
        os.environ.update(SETTINGS)
        self.cluster = Cluster(voices.short_folder(), "--replicas", "embedding=2", *voices.model_arguments())
        self.processes = {
            f"{item['service']}-{item['index']}": item for item in self.cluster.status()["processes"]}
        self.folder = folder
        with self.channel("registry") as channel:
            from voiceprint.registry.v1 import epoch_service_pb2 as pb, epoch_service_pb2_grpc

            stub = epoch_service_pb2_grpc.EpochServiceStub(channel)
            first = stub.GetEpoch(pb.GetEpochRequest(), timeout=10).epoch.epoch
            bundle = fetch_bundle(channel, first, folder / first)
            weights = other_network(bundle, folder / "other.safetensors")
            self._publish(weights, folder / "other")
            second = next(epoch.epoch for epoch in stub.ListEpochs(pb.ListEpochsRequest()).epochs
                          if epoch.epoch != first)
            other = fetch_bundle(channel, second, folder / second)
        self.epochs = (first, second)
        self.golden = {first: Golden(bundle, clips), second: Golden(other, clips)}

    def _publish(self, weights: pathlib.Path, bundle: pathlib.Path) -> None:
        configuration = ROOT / "configs" / "cam++.yml"
        subprocess.run(
            [BIN / "voiceprint", "import-model", weights, "--configs", configuration, "--out", bundle], check=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        self.cluster.command("epochs", "publish", str(bundle))

    def close(self) -> None:
        self.cluster.down()
        for name in SETTINGS:
            del os.environ[name]

    def address(self, name: str) -> str:
        return f"127.0.0.1:{self.processes[f'{name}-0']['port']}"

    def channel(self, name: str):
        options = [("grpc.max_reconnect_backoff_ms", 500), ("grpc.use_local_subchannel_pool", 1)]
        return grpc.insecure_channel(self.address(name), options=options)

    def pid(self, name: str) -> int:
        return self.processes[name]["pid"]

    def restart(self, name: str, failpoints: str = "") -> None:
        """Starts a process anew on its port, whether or not it still runs."""
        service, index = name.rsplit("-", 1)
        with self._failpoints(failpoints):
            started = self.cluster.command("restart", service, "--index", index, "--json").stdout
        self.processes[name] = json.loads(started)

    @contextlib.contextmanager
    def _failpoints(self, failpoints: str):
        if failpoints:
            self.cluster.environment["VOICEPRINT_FAILPOINTS"] = failpoints
        try:
            yield
        finally:
            self.cluster.environment.pop("VOICEPRINT_FAILPOINTS", None)

    def kill(self, victim: str, down: float) -> None:
        """SIGKILL: no goodbye. A process that nobody else starts again is started again, `down` seconds later."""
        if victim == "backends":
            backends = self._backends()
            assert backends, "PostgreSQL has no process that serves a connection: nothing was killed"
            for pid in backends:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        elif victim == "worker":
            os.kill(eventually(self.training, what="a training process"), signal.SIGKILL)
        else:
            name = victim if "-" in victim else f"{victim}-0"
            os.kill(self.pid(name), signal.SIGKILL)
            time.sleep(down)  # how long others must do without it is a part of the scenario
            self.restart(name)

    def _children(self, pid: int) -> list[tuple[int, str]]:
        """Processes that a process started, with their command lines."""
        found = []
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for child in map(int, task.read_text().split()):
                    line = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                    found.append((child, line.decode(errors="replace")))
        return found

    def _backends(self) -> list[int]:
        """PostgreSQL's processes that serve connections, and not those that it keeps for itself."""
        children = self._children(self.pid("postgres-0"))
        return [pid for pid, line in children if line.startswith("postgres:") and "[local]" in line]

    def training(self) -> int | None:
        """The process of a training that runs, if any does."""
        return next((pid for pid, line in self._children(self.pid("trainer-0")) if " train " in line), None)


def patiently(call, *arguments, seconds: float = 60):
    """Repeats a harmless call that may find its service away."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call(*arguments, timeout=10)
        except grpc.RpcError as error:
            if error.code().name not in ("UNAVAILABLE", "DEADLINE_EXCEEDED") or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
