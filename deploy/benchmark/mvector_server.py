"""mvector's CAM++ behind Python's gRPC, as one would write it today: a peer for deploy/benchmark/mvector.py.

usage: mvector_server.py MVECTOR_FOLDER WORKERS THREADS

Answers GatewayService.Embed of WAV files of 16 kHz, 16 bits, one channel. Prints its port when it serves.
"""

import concurrent.futures
import io
import pathlib
import sys
import tempfile
import wave

import grpc
import numpy
import torch
import torchaudio

from mvector_networks import network

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Integration"))

import cluster  # noqa: E402


def features(content: bytes) -> torch.Tensor:
    """mvector's Fbank of a recording at -20 dB, without its mean: [1, frames, 80]."""
    with wave.open(io.BytesIO(content)) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), numpy.int16).astype(numpy.float32) / 32768
    samples *= 10 ** (-20 / 20) / max(float(numpy.sqrt(numpy.mean(samples ** 2))), 1e-9)
    frames = torchaudio.compliance.kaldi.fbank(torch.from_numpy(samples)[None], num_mel_bins=80)
    return (frames - frames.mean(0))[None]


def serve(folder: str, workers: int, threads: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        cluster.generate_stubs(pathlib.Path(name))
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb, gateway_service_pb2_grpc
        from voiceprint.types.v1 import features_pb2

    torch.set_num_threads(threads)
    model = network(folder, "CAMPPlus").eval()

    class Gateway(gateway_service_pb2_grpc.GatewayServiceServicer):
        def Embed(self, request, context):
            with torch.inference_mode():
                values = model(features(request.audio.content))[0].numpy()
            return pb.EmbedResponse(embedding=features_pb2.Embedding(values=values / numpy.linalg.norm(values)))

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(workers))
    gateway_service_pb2_grpc.add_GatewayServiceServicer_to_server(Gateway(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
