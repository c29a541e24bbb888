"""Holds a mixed load for as long as asked and watches what grows; see deploy/benchmark.sh.

A cluster of its own, on loopback, is called by `voiceprint load` at a rate, in turns of some seconds. After each turn
the memory and the open files of every service's process are read. Prints one JSON object: latencies, failures, and the
slope of memory and files by the hour (least squares over the second half); writes the curves as SVG. With --overload it
calls at three times what the cluster can do in between, and tells what was answered then and how soon all was well.
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
from capacity import resident  # noqa: E402

CALLS = "identify=8,verify=1,contrast=1,embed=1,enroll=1"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float, nargs="?", default=30, help="how long (30)")
    parser.add_argument("--rate", type=float, default=10, help="calls a second (10)")
    parser.add_argument("--turn", type=float, default=15, help="seconds of a turn (15)")
    parser.add_argument("--overload", action="store_true", help="three times what it can do, once, for a turn")
    parser.add_argument("--out", default="soak.svg", help="the curves (soak.svg)")
    return parser.parse_args()


class Soak:
    def __init__(self, cluster, recordings: list[str], arguments):
        self.cluster, self.recordings, self.arguments = cluster, recordings, arguments
        self.begin, self.turns = time.monotonic(), []

    def load(self, rate: float, seconds: float, calls: str = CALLS) -> dict:
        result = subprocess.run(
            [cluster_module.BIN / "voiceprint", "load", "--json", "--rate", str(rate), "--seconds", str(seconds),
             "--warm-up", "0", "--timeout", "5", "--calls", calls, "--seed", str(len(self.turns)), *self.recordings],
            env=self.cluster.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode not in (0, 1):
            raise SystemExit(result.stderr)
        return json.loads(result.stdout)

    def turn(self) -> None:
        answer = self.load(self.arguments.rate, self.arguments.turn)
        processes = {}
        for process in self.cluster.status()["processes"]:
            folder = pathlib.Path("/proc") / str(process["pid"])
            if process["service"] != "postgres" and folder.exists():
                processes[process["service"]] = {
                    "rss_mib": resident(folder) / 2**20, "files": len(os.listdir(folder / "fd"))}
        minutes = (time.monotonic() - self.begin) / 60
        total = answer["total"]
        self.turns.append({"minutes": minutes, "total": total, "processes": processes})
        print(f"{minutes:5.1f} min: {total['answered']} answered, p99 {total.get('p99') or 0:.0f} ms, "
              f"failed {total['failures']}", file=sys.stderr)

    def overload(self) -> dict:
        """What is answered at three times what can be done, and the first turn of a second that was well again."""
        rate, best = self.arguments.rate, 0.0
        while (found := self.load(rate, 5, "identify"))["answered_per_second"] > 0.9 * rate:
            best, rate = max(best, found["answered_per_second"]), rate * 1.5
        best = max(best, found["answered_per_second"])
        flood = self.load(3 * best, self.arguments.turn, "identify")
        end = time.monotonic()
        while self.load(max(1, best / 4), 1, "identify")["total"]["failures"]:
            pass
        return {"peak_per_second": best, "offered_per_second": flood["offered_per_second"],
                "answered_per_second": flood["answered_per_second"],
                "goodput": flood["answered_per_second"] / best, "failures": flood["total"]["failures"],
                "well_again_s": time.monotonic() - end}

    def curve(self, read) -> list:
        return [(turn["minutes"], read(turn)) for turn in self.turns]

    def services(self, key: str) -> dict:
        return {service: self.curve(lambda turn: turn["processes"].get(service, {}).get(key))
                for service in self.turns[-1]["processes"]}


def by_the_hour(curve: list) -> float | None:
    """The slope of the second half of a curve over minutes."""
    half = [point for point in curve[len(curve) // 2:] if point[1] is not None]
    if len(half) < 3:
        return None
    return round(statistics.linear_regression(*zip(*half)).slope * 60, 2)


def main() -> None:
    arguments = parse()
    with tempfile.TemporaryDirectory() as name:
        recordings = []
        for index, person in enumerate((voices.ANN, voices.BOB, voices.EVE)):
            path = pathlib.Path(name) / f"{index}.wav"
            path.write_bytes(voices.wav(voices.voice(**person)))
            recordings.append(str(path))
        cluster = cluster_module.Cluster(
            voices.short_folder(), "--no-trainer", "--no-console", *voices.model_arguments())
        try:
            cluster.command("register", "--name", "ann", recordings[0])
            soak, overloaded = Soak(cluster, recordings, arguments), None
            while (minutes := (time.monotonic() - soak.begin) / 60) < arguments.minutes:
                soak.turn()
                if arguments.overload and overloaded is None and minutes > arguments.minutes / 3:
                    overloaded = soak.overload()
        finally:
            cluster.down()
    memory, files = soak.services("rss_mib"), soak.services("files")
    failures: dict = {}
    for turn in soak.turns:
        for code, count in turn["total"]["failures"].items():
            failures[code] = failures.get(code, 0) + count
    pathlib.Path(arguments.out).write_text(svg.figure(
        f"{arguments.rate:g} calls a second ({CALLS}) on {os.cpu_count()} cores, {platform.machine()}", [
            ("ms", {name: soak.curve(lambda turn: turn["total"].get(name)) for name in ("p50", "p99")}),
            ("memory, MiB", memory), ("open files", files)], "minutes"))
    print(json.dumps({
        "minutes": round(soak.turns[-1]["minutes"], 1), "calls": sum(turn["total"]["calls"] for turn in soak.turns),
        "failures": failures, "p99_ms": {
            "first quarter": statistics.median(turn["total"]["p99"] for turn in soak.turns[:len(soak.turns) // 4 + 1]),
            "last quarter": statistics.median(turn["total"]["p99"] for turn in soak.turns[-len(soak.turns) // 4:])},
        "rss_mib_by_the_hour": {name: by_the_hour(curve) for name, curve in memory.items()},
        "files_by_the_hour": {name: by_the_hour(curve) for name, curve in files.items()},
        "overload": overloaded}, indent=1))


if __name__ == "__main__":
    main()
