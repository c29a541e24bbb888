"""Times training steps of mvector's own networks in PyTorch: prints one JSON object a line.

usage: training_peer.py MVECTOR_FOLDER NETWORK BATCH FRAMES STEPS THREADS

A step is a forward and a backward pass, as in `voiceprint benchmark training`; the median of those after the first.
"""

import importlib
import json
import statistics
import sys
import time
import types
import warnings

import torch

MODULES = {
    "TDNN": "tdnn", "EcapaTdnn": "ecapa_tdnn", "CAMPPlus": "campplus", "Res2Net": "res2net", "ResNetSE": "resnet_se",
    "ERes2Net": "eres2net", "ERes2NetV2": "eres2net",
}


def network(folder, name):
    # The package's own __init__ imports all that training needs; its networks need PyTorch alone.
    for package in ("mvector", "mvector.models"):
        module = types.ModuleType(package)
        module.__path__ = [f"{folder}/{package.replace('.', '/')}"]
        sys.modules[package] = module
    return getattr(importlib.import_module(f"mvector.models.{MODULES[name]}"), name)(input_size=80).train()


def main():
    folder, name = sys.argv[1:3]
    batch, frames, steps, threads = map(int, sys.argv[3:])
    warnings.simplefilter("ignore")
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model, features = network(folder, name), torch.randn(batch, frames, 80)
    seconds = []
    for _ in range(steps + 1):
        begin = time.perf_counter()
        model(features).square().mean().backward()
        model.zero_grad()
        seconds.append(time.perf_counter() - begin)
    step = statistics.median(seconds[1:])
    print(json.dumps({"network": name, "torch": torch.__version__, "utterances_per_second": batch / step}))


main()
