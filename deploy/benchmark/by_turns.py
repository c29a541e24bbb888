"""Runs `voiceprint benchmark` and its peers by turns and prints the ratios of the medians; see deploy/benchmark.sh."""

import argparse
import json
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["training", "inference"])
    parser.add_argument("networks", nargs="+")
    for name in ("voiceprint", "python", "mvector", "batch", "frames", "steps", "threads", "rounds"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--precisions", nargs="+", default=["float32"])
    return parser.parse_args()


def own(given, network, *more):
    command = [
        given.voiceprint, "benchmark", given.kind, "--configs", f"configs/{network}.yml", "--batch", given.batch,
        "--frames", given.frames, "--threads", given.threads, "--json", *more]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def training(given, network):
    """Utterances a second."""
    ours, theirs = [], []
    for _ in range(int(given.rounds)):
        answer = own(given, network, "--steps", given.steps)
        ours.append(answer["utterances_per_second"])
        command = [
            given.python, HERE / "training_peer.py", given.mvector, answer["network"], given.batch, given.frames,
            given.steps, given.threads]
        peer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        theirs.append(peer["utterances_per_second"])
    return {"float32": statistics.median(ours)}, {"PyTorch": statistics.median(theirs)}


def inference(given, network):
    """Milliseconds an utterance, in each of our precisions; the peers compute in float32."""
    name = own(given, network, "--rounds", "1")["model"]
    command = [
        given.python, HERE / "inference_peer.py", given.mvector, name, given.batch, given.frames, given.threads]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
        if not peer.stdout.readline():
            raise SystemExit(f"{network}: the peer did not start")
        ours, theirs = {precision: [] for precision in given.precisions}, []
        for _ in range(int(given.rounds)):
            for precision, times in ours.items():
                times.append(own(given, network, "--rounds", "5", "--precision", precision)["ms"])
            peer.stdin.write("\n")
            peer.stdin.flush()
            theirs.append(json.loads(peer.stdout.readline()))
        peer.stdin.close()
    median = statistics.median
    return {precision: median(times) for precision, times in ours.items()}, {
        "ONNX Runtime": median(times["onnxruntime"] for times in theirs),
        "PyTorch": median(times["torch"] for times in theirs)}


def main():
    given = arguments()
    measure, unit = (training, "utterances a second") if given.kind == "training" else (inference, "ms an utterance")
    print(
        f"batch {given.batch} x {given.frames} frames, {given.threads} threads: medians of {given.rounds} rounds,"
        f" {unit}; a ratio above 1 is for us")
    for network in given.networks:
        answers, peers = measure(given, network)
        for precision, ours in answers.items():
            ratios = (
                f"{peer} {value:.1f} ({ours / value if given.kind == 'training' else value / ours:.2f})"
                for peer, value in peers.items())
            print(f"{network:12} {precision:8} ours {ours:7.1f}  " + "  ".join(ratios), flush=True)


main()
