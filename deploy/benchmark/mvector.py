"""Measures a whole cluster against mvector behind Python's gRPC, by turns; see deploy/benchmark.sh.

usage: mvector.py PEER_PYTHON MVECTOR_FOLDER [ROUNDS]

The same Python client calls GatewayService.Embed of either with the same recording of 3 s, 16 calls under way. The peer
serves once with a thread of PyTorch for each core and two workers, and once with a worker a core of one thread; the
better one counts. The cluster serves the same network as a float32 and as a float16 epoch, which a processor without
AVX-512 FP16 serves in float32. Prints one JSON object.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "Integration")]

import cluster as cluster_module  # noqa: E402
import voices  # noqa: E402
from closed_loop import closed_loop  # noqa: E402

IN_FLIGHT, SECONDS = 16, 4.0


def calls_per_second(embed, request) -> float:
    """Of a closed loop, after a quarter of its time that warms up."""
    for seconds in (SECONDS / 4, SECONDS):
        given, took = closed_loop(lambda: embed(request, timeout=60), IN_FLIGHT, seconds)
    return len(given) / took


def main() -> None:
    python, folder = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    cores = os.cpu_count() or 1
    script = pathlib.Path(__file__).with_name("mvector_server.py")
    settings = {f"{workers} workers, {threads} threads": (workers, threads) for workers, threads in
                ((2, cores), (cores, 1))}
    peers = {name: subprocess.Popen([python, script, folder, *map(str, setting)], stdout=subprocess.PIPE, text=True)
             for name, setting in settings.items()}
    with tempfile.TemporaryDirectory() as name:
        cluster_module.generate_stubs(pathlib.Path(name))
        import grpc
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb, gateway_service_pb2_grpc
        from voiceprint.types.v1 import audio_pb2
    bundle = voices.short_folder() / "bundle"
    subprocess.run([cluster_module.BIN / "voiceprint", "import-model", voices.model_arguments()[1], "--out", bundle],
                   check=True, stdout=subprocess.DEVNULL)
    cluster = cluster_module.Cluster(voices.short_folder(), "--no-trainer", "--no-console", "--epoch", str(bundle))
    try:
        gateway = cluster.address("gateway")
        cluster.command("epochs", "publish", str(bundle), "--precision", "float16", "--float32-fallback")
        epochs = json.loads(cluster.command("epochs", "list", "--json").stdout)
        targets = {epoch["precision"]: (gateway, epoch["epoch"]) for epoch in epochs}
        for name, peer in peers.items():
            targets[name] = (f"127.0.0.1:{peer.stdout.readline().strip()}", "")
        audio = audio_pb2.Audio(content=voices.wav(voices.voice(**voices.ANN, seconds=3.0)))
        found: dict = {name: [] for name in targets}
        for _ in range(rounds):
            for name, (target, epoch) in targets.items():
                with grpc.insecure_channel(target) as channel:
                    stub = gateway_service_pb2_grpc.GatewayServiceStub(channel)
                    found[name].append(calls_per_second(stub.Embed, pb.EmbedRequest(audio=audio, epoch=epoch)))
    finally:
        cluster.down()
        shutil.rmtree(bundle.parent)
        for peer in peers.values():
            peer.kill()
            peer.wait()
    medians = {name: statistics.median(values) for name, values in found.items()}
    best = max(medians[name] for name in peers)
    print(json.dumps({
        "calls_per_second": {name: round(value, 1) for name, value in medians.items()},
        "ratio": {name: round(medians[name] / best, 2) for name in medians if name not in peers}}, indent=1))


if __name__ == "__main__":
    main()
