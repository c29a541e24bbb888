"""Measures a promotion in a cluster that answers meanwhile: how long it takes, and what callers notice.

Enrols recordings of real speech (Debian's telephone prompts) with their audio retained, and gives the collection
another epoch while threads call Identify and Contrast. Prints one JSON object.
"""

import argparse
import concurrent.futures
import json
import pathlib
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / folder) for folder in ("Integration", "Promotion")]

import cluster as cluster_module  # noqa: E402
import voices  # noqa: E402
from load import Load, percentile  # noqa: E402

SOUNDS = pathlib.Path("/usr/share/asterisk/sounds")
COLLECTION = "people"
RECORDINGS_OF_ONE = 10


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("utterances", type=int, nargs="?", default=10_000, help="recordings to enrol (10000)")
    parser.add_argument("--callers", type=int, default=2, help="threads that call (2)")
    parser.add_argument("--replicas", type=int, default=2, help="embedding replicas (2)")
    parser.add_argument("--before", type=int, default=400, help="calls to measure before the promotion (400)")
    return parser.parse_args()


def prompts() -> list[pathlib.Path]:
    found = [file for file in sorted(SOUNDS.rglob("*.wav")) if 48_000 < file.stat().st_size < 100_000]
    if len(found) < 100:
        raise SystemExit(f"promotion.py: only {len(found)} prompts in {SOUNDS}: run deploy/install-deps.sh demo")
    return found


def gateway(address: str):
    import grpc
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    return gateway_service_pb2_grpc.GatewayServiceStub(grpc.insecure_channel(address))


def enrol(stub, clips: list[pathlib.Path], utterances: int) -> float:
    """Enrols people of ten recordings each; gives the seconds it took."""
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb
    from voiceprint.types.v1 import audio_pb2, people_pb2

    stub.CreateCollection(pb.CreateCollectionRequest(
        collection=COLLECTION, retain_audio=people_pb2.AUDIO_RETENTION_ENCRYPTED), timeout=30)

    def one(first: int) -> None:
        count = min(RECORDINGS_OF_ONE, utterances - first)
        audios = [audio_pb2.Audio(content=clips[(first + index) % len(clips)].read_bytes()) for index in range(count)]
        stub.Enroll(pb.EnrollRequest(collection=COLLECTION, speaker_id=f"p{first}", audios=audios), timeout=120)

    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for done, _ in enumerate(pool.map(one, range(0, utterances, RECORDINGS_OF_ONE))):
            if done % 100 == 99:
                print(f"enrolled {(done + 1) * RECORDINGS_OF_ONE} of {utterances}", file=sys.stderr)
    return time.monotonic() - begin


def candidate(cluster, folder: pathlib.Path) -> str:
    """The same network with another threshold: another epoch, and as much work as any other."""
    cluster.command("import-model", voices.model_arguments()[1], "--out", str(folder / "epoch"), "--threshold", "0.41")
    return cluster.command("epochs", "publish", str(folder / "epoch")).stdout.split()[0]


def promote(cluster, epoch: str) -> dict:
    """Promotes and gives the seconds that each state took."""
    import grpc
    from voiceprint.registry.v1 import promotion_service_pb2 as pb, promotion_service_pb2_grpc

    stub = promotion_service_pb2_grpc.PromotionServiceStub(grpc.insecure_channel(cluster.address("registry")))
    begin = time.monotonic()
    promotion = stub.StartPromotion(
        pb.StartPromotionRequest(collection=COLLECTION, to_epoch=epoch), timeout=30).promotion
    seen: dict[str, float] = {}
    while True:
        try:
            for message in stub.WatchPromotion(pb.WatchPromotionRequest(promotion_id=promotion.promotion_id)):
                state = pb.PromotionState.Name(message.promotion.state).removeprefix("PROMOTION_STATE_").lower()
                seen.setdefault(state, time.monotonic() - begin)
                if state == "draining":
                    return seen
                if state in ("failed", "cancelled"):
                    raise SystemExit(f"promotion.py: it ended as {state}: {message.promotion.error}")
        except grpc.RpcError as error:
            # Servers end connections that have become old, so that replicas share the load.
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise


class Loads(threading.Thread):
    """When a replica loads an epoch: from its first word of it until it is ready."""

    def __init__(self, address: str, epoch: str):
        super().__init__(daemon=True)
        self._address, self._epoch = address, epoch
        self.begin = self.end = 0.0
        self.start()

    def run(self) -> None:
        import grpc
        from voiceprint.embedding.v1 import embedding_service_pb2 as pb, embedding_service_pb2_grpc

        stub = embedding_service_pb2_grpc.EmbeddingServiceStub(grpc.insecure_channel(self._address))
        for message in stub.WatchEpochs(pb.WatchEpochsRequest()):
            for state in (epoch.state for epoch in message.epochs if epoch.epoch == self._epoch):
                if state == pb.LoadedEpoch.STATE_LOADING:
                    self.begin = self.begin or time.monotonic()
                elif state == pb.LoadedEpoch.STATE_READY:
                    self.end = time.monotonic()
                    return

    def meets(self, call) -> bool:
        return call.begin <= self.end and call.end >= self.begin

    def holds(self, call, usual: float) -> bool:
        """Whether a call waited for the load: it ended after it, and began more than the usual time before."""
        return self.begin <= call.begin < self.end - usual and call.end > self.end


def reload(loads: list[Loads], calls: list, usual: float) -> dict:
    """What callers notice of replicas that load; `usual` is how long a call takes at the most, in seconds."""
    during = [call for call in calls if any(load.meets(call) for load in loads)]
    return {
        "load_seconds": [round(load.end - load.begin, 3) for load in loads], "calls_during_load": len(during),
        "longest_during_load_ms": round(percentile(during, 1), 1),
        "queued_behind_load": sum(any(load.holds(call, usual) for load in loads) for call in during),
    }


def main() -> None:
    arguments = parse()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "stubs").mkdir()
        cluster_module.generate_stubs(folder / "stubs")
        cluster = cluster_module.Cluster(
            voices.short_folder(), "--replicas", f"embedding={arguments.replicas}", *voices.model_arguments())
        try:
            clips = prompts()
            enrolling = enrol(gateway(cluster.address("gateway")), clips, arguments.utterances)
            epoch = candidate(cluster, folder)
            loads = [Loads(cluster.address("embedding", index), epoch) for index in range(arguments.replicas)]
            with Load(cluster.address("gateway"), COLLECTION, clips[:50], threads=arguments.callers) as load:
                load.wait_for(arguments.before)
                begin = time.monotonic()
                states = promote(cluster, epoch)
                end = time.monotonic()
                load.wait_for(20)
        finally:
            cluster.down()
    before = [call for call in load.calls if call.end < begin]
    during = [call for call in load.calls if begin <= call.end and call.begin <= end]
    p99 = percentile(before, 0.99), percentile(during, 0.99)
    print(json.dumps({
        "utterances": arguments.utterances, "enrolled_per_second": round(arguments.utterances / enrolling, 1),
        "promotion_seconds": round(states["draining"], 2),
        "reached_after_seconds": {state: round(seconds, 2) for state, seconds in states.items()},
        "calls_before": len(before), "calls_during": len(during),
        "failed": sum(1 for call in load.calls if call.error),
        "p50_before_ms": round(percentile(before, 0.5), 1), "p50_during_ms": round(percentile(during, 0.5), 1),
        "p99_before_ms": round(p99[0], 1), "p99_during_ms": round(p99[1], 1), "p99_ratio": round(p99[1] / p99[0], 2),
        **reload(loads, load.calls, p99[0] / 1000),
    }))


if __name__ == "__main__":
    main()
