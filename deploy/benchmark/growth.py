"""Curves of latency, rate and memory over what grows: audio, gallery, calls, replicas; see deploy/benchmark.sh.

Prints one JSON object and writes one SVG for each, with logarithmic axes: a straight line of slope 1 is linear growth,
a level one is none. All runs on loopback, in a cluster of its own; galleries are measured in one process.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "Integration")]

import cluster as cluster_module  # noqa: E402
import svg  # noqa: E402
import voices  # noqa: E402
from capacity import process, resident  # noqa: E402
from closed_loop import closed_loop  # noqa: E402

LENGTHS = (1, 3, 10, 30, 60, 180, 600)
GALLERIES = (100, 1_000, 10_000, 100_000, 1_000_000)
IN_FLIGHT = (1, 2, 4, 8, 16, 32, 64, 128, 256)
REPLICAS = (1, 2, 3, 4)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4, help="of each point of a closed loop (4)")
    parser.add_argument("--only", nargs="+", choices=("length", "gallery", "concurrency", "replicas"),
                        default=["length", "gallery", "concurrency", "replicas"], help="what grows (all)")
    parser.add_argument("--out", default="deploy/benchmark/curves", help="the folder of the curves")
    return parser.parse_args()


def resident_mib(cluster, service: str) -> float:
    return round(resident(process(cluster, service)) / 2**20, 1)


class Caller:
    """Calls the gateway of a cluster of its own."""

    def __init__(self, *arguments: str):
        import grpc
        from voiceprint.gateway.v1 import gateway_service_pb2_grpc

        self.cluster = cluster_module.Cluster(
            voices.short_folder(), "--no-trainer", "--no-console", *voices.model_arguments(), *arguments)
        self.channel = grpc.insecure_channel(
            self.cluster.address("gateway"), options=[("grpc.max_send_message_length", -1)])
        self.gateway = gateway_service_pb2_grpc.GatewayServiceStub(self.channel)

    def __enter__(self):
        self.identify(recording(3), enrol=True)
        return self

    def __exit__(self, *_):
        self.channel.close()
        self.cluster.down()

    def identify(self, audio, enrol: bool = False) -> float:
        """Milliseconds of a call."""
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb

        if enrol:
            self.gateway.Enroll(pb.EnrollRequest(speaker_id="ann", audios=[audio]), timeout=120)
        begin = time.perf_counter()
        self.gateway.Identify(pb.IdentifyRequest(audio=audio), timeout=120)
        return (time.perf_counter() - begin) * 1000

    def loop(self, in_flight: int, seconds: float) -> dict:
        """A closed loop: calls a second and their latencies."""
        audio = recording(3)
        times, took = closed_loop(lambda: self.identify(audio), in_flight, seconds)
        return {"calls_per_second": round(len(times) / took, 1), "p50_ms": round(statistics.median(times), 1),
                "p99_ms": round(sorted(times)[int(len(times) * 0.99)], 1)}


def recording(seconds: int):
    from voiceprint.types.v1 import audio_pb2

    # A longer one repeats 10 s of voice: making ten minutes of it would take longer than measuring them.
    samples = voices.voice(**voices.ANN, seconds=float(min(seconds, 10))) * max(1, seconds // 10)
    return audio_pb2.Audio(content=voices.wav(samples))


def length(seconds: float) -> list[dict]:
    points = []
    with Caller() as caller:
        for audio_seconds in LENGTHS:
            audio = recording(audio_seconds)
            times = [caller.identify(audio) for _ in range(5)]
            memory = {f"{service}_mib": resident_mib(caller.cluster, service)
                      for service in ("gateway", "feature", "embedding")}
            points.append({"audio_s": audio_seconds, "p50_ms": round(statistics.median(times), 1), **memory})
            print(points[-1], file=sys.stderr)
    return points


def gallery(seconds: float) -> list[dict]:
    points = []
    for templates in GALLERIES:
        answer = json.loads(subprocess.run(
            [cluster_module.BIN / "voiceprint", "benchmark", "search", "--templates", str(templates), "--json"],
            check=True, stdout=subprocess.PIPE, text=True).stdout)
        times = {f"scan of {run['batch']}": round(run["ms"], 3) for run in answer["runs"]}
        points.append({"templates": templates, **times, "bytes_per_template": round(answer["bytes_per_template"])})
        print(points[-1], file=sys.stderr)
    return points


def concurrency(seconds: float) -> list[dict]:
    points = []
    with Caller() as caller:
        for in_flight in IN_FLIGHT:
            points.append({"in_flight": in_flight, **caller.loop(in_flight, seconds),
                           "gateway_mib": resident_mib(caller.cluster, "gateway")})
            print(points[-1], file=sys.stderr)
    return points


def replicas(seconds: float) -> list[dict]:
    points = []
    for count in REPLICAS:
        with Caller("--replicas", f"embedding={count}", "--replicas", f"feature={count}") as caller:
            points.append({"replicas": count, **caller.loop(16, seconds)})
            print(points[-1], file=sys.stderr)
    return points


def curves(points: list[dict], over: str, keys: dict[str, list[str]]) -> list[tuple[str, dict]]:
    return [(title, {key: [(point[over], point.get(key)) for point in points] for key in names})
            for title, names in keys.items()]


PANELS = {
    "length": ("audio_s", "seconds of audio", {
        "ms of an Identify": ["p50_ms"], "memory, MiB": ["gateway_mib", "feature_mib", "embedding_mib"]}),
    "gallery": ("templates", "templates", {
        "ms of queries": ["scan of 1", "scan of 32"], "bytes of memory a template": ["bytes_per_template"]}),
    "concurrency": ("in_flight", "calls under way", {
        "calls a second": ["calls_per_second"], "ms": ["p50_ms", "p99_ms"], "memory, MiB": ["gateway_mib"]}),
    "replicas": ("replicas", "replicas of feature and embedding", {
        "calls a second": ["calls_per_second"], "ms": ["p50_ms", "p99_ms"]}),
}


def main() -> None:
    arguments = parse()
    out = pathlib.Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    with tempfile.TemporaryDirectory() as name:
        cluster_module.generate_stubs(pathlib.Path(name))
        result = {"machine": machine}
        for what in arguments.only:
            result[what] = globals()[what](arguments.seconds)
            over, label, keys = PANELS[what]
            figure = svg.figure(
                f"deploy/benchmark.sh growth --only {what}: {machine}", curves(result[what], over, keys), label, True)
            (out / f"{what}.svg").write_text(figure)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
