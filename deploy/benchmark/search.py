"""Runs `voiceprint benchmark search` beside FAISS's IndexFlatIP on the same templates and queries, on one core.

usage: search.py VOICEPRINT [TEMPLATES] [DIMENSION]

Both find the nearest 10 of each query, exactly. Their answers must be the same but where two templates are as near as
float32 can tell: FAISS sums in float32, so neighbours whose exact scores differ by less than that may change places.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import faiss
import numpy

TOP, BATCHES, ROUNDS, TIE = 10, (1, 32), 7, 4e-7


def unit(random, count, dimension):
    vectors = random.standard_normal((count, dimension), dtype=numpy.float32)
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def milliseconds(index, queries, batch):
    times = []
    for round in range(ROUNDS):
        taken = queries[numpy.arange(round * batch, (round + 1) * batch) % len(queries)]
        begin = time.perf_counter()
        index.search(taken, TOP)
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000


def differing(ours, theirs, templates, queries):
    """Queries whose answers differ in more than ties."""
    count = 0
    for query, mine, other in zip(queries.astype(numpy.float64), ours, theirs):
        scores = [templates[numbers].astype(numpy.float64) @ query for numbers in (mine, other)]
        count += bool(numpy.abs(scores[0] - scores[1]).max() > TIE)
    return count


def main():
    voiceprint = sys.argv[1]
    count, dimension = (int(value) for value in (sys.argv[2:] + [1_000_000, 192][len(sys.argv) - 2:])[:2])
    faiss.omp_set_num_threads(1)
    random = numpy.random.default_rng(0)
    templates, queries = unit(random, count, dimension), unit(random, 64, dimension)
    with tempfile.TemporaryDirectory() as folder:
        names = [pathlib.Path(folder, name) for name in ("templates.f32", "queries.f32")]
        for name, vectors in zip(names, (templates, queries)):
            vectors.tofile(name)
        command = [
            voiceprint, "benchmark", "search", "--templates", str(count), "--dimension", str(dimension), "--top",
            str(TOP), "--rounds", str(ROUNDS), "--file", names[0], "--queries", names[1], "--json"]
        for batch in BATCHES:
            command += ["--batch", str(batch)]
        index = faiss.IndexFlatIP(dimension)
        index.add(templates)
        # By turns: FAISS before and after ours.
        peers = [{batch: milliseconds(index, queries, batch) for batch in BATCHES}]
        ours = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        peers.append({batch: milliseconds(index, queries, batch) for batch in BATCHES})
    _, answers = index.search(queries, TOP)
    print(
        f"{count} x {dimension}, exact top {TOP}, one thread, FAISS {faiss.__version__} ({os.cpu_count()} cores here);"
        " a ratio above 1 is for us")
    for run in ours["runs"]:
        theirs = statistics.mean(peer[run["batch"]] for peer in peers)
        print(
            f"batch {run['batch']:3}  ours {run['queries_per_second']:7.1f} queries/s  FAISS"
            f" {run['batch'] / theirs * 1000:7.1f} ({theirs / run['ms']:.2f})")
    print(
        f"memory     ours {ours['bytes_per_template']:.0f} bytes a template with its person  FAISS"
        f" {4 * dimension} without")
    wrong = differing(numpy.array(ours["answers"]), answers, templates, queries)
    print(f"answers    {len(queries) - wrong} of {len(queries)} the same")
    sys.exit(wrong > 0)


main()
