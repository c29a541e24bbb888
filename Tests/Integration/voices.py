"""Audio for the tests: synthetic voices made here (they hold on any machine), and real ones where they are at hand."""

import functools
import io
import math
import os
import pathlib
import random
import struct
import tempfile
import wave

from cluster import SHARED


def short_folder() -> pathlib.Path:
    return pathlib.Path(tempfile.mkdtemp(prefix="vp-", dir="/tmp"))


def model_arguments() -> list[str]:
    """Arguments of `voiceprint up` that bring a network: the fetched one, or the copy for tests."""
    cache = pathlib.Path(os.environ.get("VOICEPRINT_CACHE", pathlib.Path.home() / ".cache" / "voiceprint"))
    for path in (cache / "campplus_cn_en_common.pt", SHARED / "models" / "campplus_cn_en_common.pt"):
        if path.exists():
            return ["--model", str(path)]
    raise FileNotFoundError("no network: run deploy/fetch-model.sh first")


def wav(samples, rate: int = 16000, channels: int = 1, width: int = 2) -> bytes:
    """A WAV file of floats in [-1, 1]; with several channels each gets the same samples."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        full = 2 ** (8 * width - 1) - 1
        frames = bytearray()
        for sample in samples:
            value = int(max(-1.0, min(1.0, sample)) * full)
            frames += value.to_bytes(width, "little", signed=True) * channels
        file.writeframes(bytes(frames))
    return buffer.getvalue()


def float_wav(samples, rate: int = 16000) -> bytes:
    """A 32-bit float WAV, which can hold what is no number."""
    data = struct.pack(f"<{len(samples)}f", *samples)
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1, rate, rate * 4, 4,
                         32, b"data", len(data))
    return header + data


@functools.lru_cache(maxsize=None)
def voice(pitch: float, formants: tuple[float, ...], seconds: float = 3.0, seed: int = 0, rate: int = 16000):
    """A buzz with formants, syllables and some breath: no person's voice, but speech enough for a front-end."""
    noise = random.Random(seed)
    samples = []
    for index in range(int(seconds * rate)):
        time = index / rate
        syllable = 0.5 - 0.5 * math.cos(2 * math.pi * 3 * time)
        wobble = pitch * (1 + 0.03 * math.sin(2 * math.pi * 2.3 * time + seed))
        value = sum(math.sin(2 * math.pi * wobble * k * time) / k for k in range(1, 8))
        value += sum(0.6 * math.sin(2 * math.pi * f * time + seed) for f in formants)
        samples.append(0.08 * syllable * value + 0.003 * noise.gauss(0, 1))
    return samples


ANN = dict(pitch=210.0, formants=(850.0, 1610.0, 2850.0))
BOB = dict(pitch=105.0, formants=(560.0, 1210.0, 2250.0))
EVE = dict(pitch=160.0, formants=(390.0, 2300.0, 3200.0))
