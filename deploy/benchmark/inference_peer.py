"""Times mvector's own networks in ONNX Runtime and PyTorch, a round for each line that it reads.

usage: inference_peer.py MVECTOR_FOLDER NETWORK BATCH FRAMES THREADS

Prints a JSON object when it is ready and one for each round: milliseconds an utterance in either, medians of RUNS runs
of a batch. The networks are exported by torch.onnx and run as ONNX Runtime optimises them.
"""

import io
import json
import statistics
import sys
import time
import warnings

import numpy
import onnxruntime
import torch

from mvector_networks import network


RUNS = 5


def milliseconds(run, batch):
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000 / batch


def session(model, features, threads):
    exported = io.BytesIO()
    torch.onnx.export(model, (features,), exported, input_names=["features"], opset_version=17, dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return onnxruntime.InferenceSession(exported.getvalue(), options, providers=["CPUExecutionProvider"])


def main():
    folder, name = sys.argv[1:3]
    batch, frames, threads = map(int, sys.argv[3:])
    warnings.simplefilter("ignore")
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model, features = network(folder, name).eval(), torch.randn(batch, frames, 80)
    onnx = session(model, features, threads)
    values = features.numpy()
    with torch.inference_mode():
        expected = model(features).numpy()
        (found,) = onnx.run(None, {"features": values})
        # Both must be the same network: half a thousandth of the largest value is their rounding.
        assert numpy.abs(found - expected).max() < 1e-3 * numpy.abs(expected).max(), "the export is another network"
        print(json.dumps({"onnxruntime": onnxruntime.__version__, "torch": torch.__version__}), flush=True)
        for _ in sys.stdin:
            times = {
                "onnxruntime": milliseconds(lambda: onnx.run(None, {"features": values}), batch),
                "torch": milliseconds(lambda: model(features), batch),
            }
            print(json.dumps(times), flush=True)


main()
