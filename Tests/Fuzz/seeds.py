"""Makes the seeds of the corpus: the smallest files of each kind. Wants soundfile, numpy and torch from PyPI.

usage: seeds.py FOLDER
"""

import io
import json
import pathlib
import struct
import sys

import numpy
import soundfile
import torch

AUDIO = (
    ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "ULAW"), ("WAV", "IMA_ADPCM"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"),
    ("AIFF", "PCM_24"), ("AU", "ALAW"), ("CAF", "ALAC_16"), ("W64", "PCM_32"), ("MP3", "MPEG_LAYER_III"))
EXPERIMENT = """
dataset_conf: {max_duration: 3, train_list: train_list.txt, dataLoader: {batch_size: 4}}
preprocess_conf: {feature_method: Fbank, method_args: {num_mel_bins: 80}}
model_conf: {model: EcapaTdnn, model_args: {embd_dim: 192, pooling_type: ASP}}
loss_conf: {loss: AAMLoss, loss_args: {margin: 0.2, scale: 32}}
optimizer_conf: {optimizer: Adam, optimizer_args: {lr: 0.001, weight_decay: !!float 1e-6},
  scheduler: WarmupCosineSchedulerLR}
train_conf: {max_epoch: 60, log_interval: 100}
"""


def audio(folder: pathlib.Path) -> None:
    samples = 0.3 * numpy.sin(numpy.arange(8000) * 0.2)
    for kind, subtype in AUDIO:
        buffer = io.BytesIO()
        length = 8000 if kind in ("OGG", "MP3", "FLAC") else 4100
        soundfile.write(buffer, samples[:length], 8000, format=kind, subtype=subtype)
        if len(buffer.getvalue()) <= 16 << 10:
            (folder / f"{kind}-{subtype}".lower()).write_bytes(buffer.getvalue())


def main() -> None:
    root = pathlib.Path(sys.argv[1])
    folders = {name: root / name for name in
               ("checkpoint", "safetensors", "configuration", "audio", "stream", "requests", "mapping")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    audio(folders["audio"])
    wav = (folders["audio"] / "wav-pcm_16").read_bytes()[:600]
    for encoding in range(3):
        (folders["stream"] / f"encoding-{encoding}").write_bytes(bytes([encoding, 37]) + wav)
    tensors = {"0.layer.weight": torch.arange(6.0).reshape(2, 3), "0.layer.bias": torch.zeros(2).half()}
    torch.save(tensors, folders["checkpoint"] / "state.pth")
    torch.save({"model": tensors, "epoch": 3}, folders["checkpoint"] / "nested.pth")
    header = json.dumps({"a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}, "__metadata__": {"k": "v"}})
    (folders["safetensors"] / "two").write_bytes(struct.pack("<Q", len(header)) + header.encode() + bytes(8))
    (folders["configuration"] / "experiment.yml").write_text(EXPERIMENT)
    (folders["configuration"] / "augmentation.yml").write_text(
        "speed: {prob: 1.0}\nnoise: {noise_dir: noise, prob: 0.5}\n")
    # A string in field 1, a message in field 2, a number in field 3: what most messages begin with.
    plain = b"\x0a\x03abc" + b"\x12\x04\x0a\x02de" + b"\x18\x07"
    for kind in range(0, 63, 21):
        (folders["requests"] / f"{kind:02}").write_bytes(bytes([kind]) + plain)
    for kind in range(0, 12, 4):
        (folders["mapping"] / f"{kind:02}").write_bytes(bytes([kind]) + plain)
    trace = b"\x0c00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    (folders["mapping"] / "trace").write_bytes(trace)


main()
