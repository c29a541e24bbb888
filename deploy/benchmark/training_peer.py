"""Times training steps of mvector's own networks in PyTorch: prints one JSON object a line.

usage: training_peer.py MVECTOR_FOLDER NETWORK BATCH FRAMES STEPS THREADS

A step is a forward and a backward pass, as in `voiceprint benchmark training`; the median of those after the first.
"""

import json
import statistics
import sys
import time
import warnings

import torch

from mvector_networks import network


def main():
    folder, name = sys.argv[1:3]
    batch, frames, steps, threads = map(int, sys.argv[3:])
    warnings.simplefilter("ignore")
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model, features = network(folder, name).train(), torch.randn(batch, frames, 80)
    seconds = []
    for _ in range(steps + 1):
        begin = time.perf_counter()
        model(features).square().mean().backward()
        model.zero_grad()
        seconds.append(time.perf_counter() - begin)
    step = statistics.median(seconds[1:])
    print(json.dumps({"network": name, "torch": torch.__version__, "utterances_per_second": batch / step}))


main()
