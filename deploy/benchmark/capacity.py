"""Measures what calls and people cost, in seconds of CPU and in memory of the services' processes.

CPU time does not depend on what else the machine does, unlike time by the clock. Prints one JSON object, whose numbers
are those of deploy/CAPACITY.md.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "Integration")]

import cluster as cluster_module  # noqa: E402
import voices  # noqa: E402

SERVICES = ["gateway", "feature", "embedding", "registry"]
PEOPLE = "people"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100, help="calls to measure of each length of audio (100)")
    parser.add_argument("--people", type=int, default=20_000, help="templates to enrol (20000)")
    return parser.parse_args()


def process(cluster, service: str) -> pathlib.Path:
    return pathlib.Path("/proc") / str(cluster.process(service)["pid"])


def cpu_seconds(folder: pathlib.Path) -> float:
    fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(folder: pathlib.Path) -> int:
    return int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cpu_of(cluster, calls: int, call) -> dict[str, float]:
    """Milliseconds of CPU that one call costs each service."""
    call()  # whatever is made once is made now
    folders = {service: process(cluster, service) for service in SERVICES}
    before = {service: cpu_seconds(folder) for service, folder in folders.items()}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(call) for _ in range(calls)]:
            future.result()
    return {service: round((cpu_seconds(folder) - before[service]) / calls * 1000, 2)
            for service, folder in folders.items()}


def main() -> None:
    arguments = parse()
    with tempfile.TemporaryDirectory() as name:
        cluster_module.generate_stubs(pathlib.Path(name))
        cluster = cluster_module.Cluster(
            voices.short_folder(), "--no-trainer", "--no-console", *voices.model_arguments())
        try:
            print(json.dumps(measure(cluster, arguments), indent=2))
        finally:
            cluster.down()


def measure(cluster, arguments) -> dict:
    import grpc
    from voiceprint.embedding.v1 import embedding_service_pb2 as embedding_pb, embedding_service_pb2_grpc
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb, gateway_service_pb2_grpc
    from voiceprint.registry.v1 import registry_service_pb2 as registry_pb, registry_service_pb2_grpc
    from voiceprint.types.v1 import audio_pb2, features_pb2

    gateway = gateway_service_pb2_grpc.GatewayServiceStub(grpc.insecure_channel(cluster.address("gateway")))
    registry = registry_service_pb2_grpc.RegistryServiceStub(grpc.insecure_channel(cluster.address("registry")))
    result: dict = {"identify_cpu_ms": {}, "rss_mib": {}}
    clips = {seconds: audio_pb2.Audio(content=voices.wav(voices.voice(**voices.ANN, seconds=float(seconds))))
             for seconds in (3, 10)}
    gateway.Enroll(pb.EnrollRequest(speaker_id="ann", audios=[clips[3]]), timeout=60)
    for seconds, clip in clips.items():
        result["identify_cpu_ms"][f"{seconds} s"] = cpu_of(
            cluster, arguments.calls, lambda: gateway.Identify(pb.IdentifyRequest(audio=clip), timeout=60))
    for service in SERVICES:
        result["rss_mib"][service] = round(resident(process(cluster, service)) / 2**20, 1)
    embedding = embedding_service_pb2_grpc.EmbeddingServiceStub(grpc.insecure_channel(cluster.address("embedding")))
    epochs = embedding.ListEpochs(embedding_pb.ListEpochsRequest(), timeout=10).epochs
    result["epoch_weights_mib"] = round(sum(epoch.memory_bytes for epoch in epochs) / 2**20, 1)

    voiceprint = gateway.Embed(pb.EmbedRequest(audio=clips[3]), timeout=60).embedding
    registry.CreateCollection(registry_pb.CreateCollectionRequest(collection=PEOPLE), timeout=10)
    search = registry_pb.SearchRequest(collection=PEOPLE, embedding=voiceprint, top_k=5)

    def stranger(index: int) -> None:
        source = random.Random(index)
        embedding = features_pb2.Embedding(
            epoch=voiceprint.epoch, values=[source.gauss(0, 1) for _ in voiceprint.values])
        registry.Enroll(registry_pb.EnrollRequest(
            collection=PEOPLE, speaker_id=f"person-{index}",
            utterances=[registry_pb.NewUtterance(embedding=embedding)]), timeout=60)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done, _ in enumerate(pool.map(stranger, range(arguments.people))):
            if done % 5000 == 4999:
                print(f"enrolled {done + 1} of {arguments.people}", file=sys.stderr)
    # Loaded anew, so that it is the gallery which takes the memory, and not the enrolments before it.
    cluster.command("restart", "registry")
    folder = process(cluster, "registry")
    before = resident(folder)
    registry = registry_service_pb2_grpc.RegistryServiceStub(grpc.insecure_channel(cluster.address("registry")))
    registry.Search(search, timeout=120, wait_for_ready=True)
    result["template_bytes"] = round((resident(folder) - before) / arguments.people)
    spent = cpu_of(cluster, arguments.calls, lambda: registry.Search(search, timeout=60))["registry"]
    result["search_cpu_ms"] = {f"{arguments.people} templates": spent, "dimension": len(voiceprint.values)}
    return result


if __name__ == "__main__":
    main()
