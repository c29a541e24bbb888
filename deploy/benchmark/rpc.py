"""Measures a unary call through this project's RPC layer and through gRPC's own C++, by turns; see deploy/benchmark.sh.

usage: rpc.py VOICEPRINT PEER [ROUNDS]

The call computes nothing (grpc.health.v1.Health/Check). Each client calls each server: what differs between two lines
that share an end is the other end. Prints one JSON object: medians of the rounds, and our client and server by C++'s.
"""

import json
import pathlib
import statistics
import subprocess
import sys

IN_FLIGHT = (1, 16, 64)
SECONDS = "2"


def main() -> None:
    voiceprint, peer = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    own = pathlib.Path(voiceprint).with_name("voiceprint-feature")
    servers = {
        "C++": subprocess.Popen([peer, "serve"], stdout=subprocess.PIPE, text=True),
        "own": subprocess.Popen([own, "--set", "listen.port=0", "--set", "log.level=error"], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)}
    try:
        ports = {name: server.stdout.readline().split()[-1] for name, server in servers.items()}
        clients = {
            "C++": lambda target, flight: [peer, "call", target, flight, SECONDS],
            "own": lambda target, flight: [
                voiceprint, "benchmark", "rpc", target, "--in-flight", flight, "--seconds", SECONDS, "--json"]}
        print(json.dumps([measure(clients, ports, flight, rounds) for flight in IN_FLIGHT], indent=1))
    finally:
        for server in servers.values():
            server.terminate()
            server.wait()


def measure(clients, ports, flight: int, rounds: int) -> dict:
    found = {}
    for _ in range(rounds):
        for client, command in clients.items():
            for server, port in ports.items():
                answer = json.loads(subprocess.run(
                    command(f"127.0.0.1:{port}", str(flight)), check=True, stdout=subprocess.PIPE, text=True).stdout)
                found.setdefault(f"{client} client, {server} server", []).append(answer)
    medians = {
        pair: {key: statistics.median(answer[key] for answer in answers) for key in
               ("calls_per_second", "p50_us", "p99_us")} for pair, answers in found.items()}
    theirs, ours = medians["C++ client, C++ server"], medians["own client, own server"]
    return {
        "in_flight": flight, **medians,
        "ratio of calls": round(ours["calls_per_second"] / theirs["calls_per_second"], 2),
        "ratio of p99": round(ours["p99_us"] / theirs["p99_us"], 2)}


main()
