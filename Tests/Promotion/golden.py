"""What an epoch's answers must be: computed from its bundle by `voiceprint embed`, without the cluster."""

import json
import math
import pathlib
import struct
import subprocess

from cluster import BIN


def fetch_bundle(channel, epoch: str, folder: pathlib.Path) -> pathlib.Path:
    """The files of an epoch, as the registry gives them to anybody."""
    from voiceprint.registry.v1 import epoch_service_pb2 as pb, epoch_service_pb2_grpc

    folder.mkdir(parents=True)
    files = []
    stub = epoch_service_pb2_grpc.EpochServiceStub(channel)
    for message in stub.FetchEpoch(pb.FetchEpochRequest(epoch=epoch), timeout=120):
        if message.HasField("header"):
            (folder / "manifest.json").write_text(message.header.manifest_json)
            files = [(folder / file.name).open("wb") for file in message.header.files]
        else:
            files[message.chunk.file].write(message.chunk.data)
    for file in files:
        file.close()
    return folder


def _embeddings(path: pathlib.Path) -> list[list[float]]:
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    entry = json.loads(content[8:8 + length])["embeddings"]
    assert entry["dtype"] == "F32"
    (count, size), (begin, end) = entry["shape"], entry["data_offsets"]
    values = struct.unpack(f"<{count * size}f", content[8 + length + begin:8 + length + end])
    return [list(values[index * size:(index + 1) * size]) for index in range(count)]


def _unit(vector):
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector]


class Golden:
    """Scores of clips under one epoch."""

    def __init__(self, bundle: pathlib.Path, clips: list[pathlib.Path]):
        out = bundle / "golden.safetensors"
        subprocess.run(
            [BIN / "voiceprint", "embed", "--checkpoint", bundle, "--audio", *clips, "--out", out], check=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
        self.threshold = json.loads((bundle / "manifest.json").read_text())["threshold"]
        self._units = dict(zip(clips, map(_unit, _embeddings(out))))
        self._templates: dict[str, list[float]] = {}

    def enrol(self, speaker: str, clips: list[pathlib.Path]) -> None:
        self._templates[speaker] = self._template(clips)

    def _template(self, clips) -> list[float]:
        """The mean of the unit voiceprints, of length 1."""
        columns = zip(*(self._units[clip] for clip in clips))
        return _unit([sum(column) / len(clips) for column in columns])

    def template_score(self, clip: pathlib.Path, clips) -> float:
        """The score of a clip and of whoever was enrolled with `clips`."""
        return sum(a * b for a, b in zip(self._units[clip], self._template(clips)))

    def contrast(self, first: pathlib.Path, second: pathlib.Path) -> float:
        return sum(a * b for a, b in zip(self._units[first], self._units[second]))

    def score(self, clip: pathlib.Path, speaker: str) -> float:
        return sum(a * b for a, b in zip(self._units[clip], self._templates[speaker]))

    def best(self, clip: pathlib.Path) -> str:
        return max(self._templates, key=lambda speaker: self.score(clip, speaker))
