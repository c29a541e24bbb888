"""Audio as callers have it, made ready to be sent."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Union

from . import _wire

if TYPE_CHECKING:
    import numpy

__all__ = ["AudioLike", "AudioStream", "Samples"]

_S16, _F32 = 1, 2
ENCODINGS = {None: 0, "s16le": _S16, "f32le": _F32}
# What a message of a stream may hold, and what is read of a file at a time: a quarter of a second of a telephone call.
_LARGEST_PIECE, _READ = 1 << 20, 4096


@dataclasses.dataclass(frozen=True, eq=False)
class Samples:
    """Samples in memory: a numpy array `[samples]` or `[samples, channels]` and its rate in Hz.

    Floats are in [-1, 1]; integers are scaled by the range of their type.
    """

    array: numpy.ndarray[Any, Any]
    rate: int


AudioLike = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, BinaryIO, Samples]
"""Audio: the path of a file, a file's bytes, a file open for reading bytes, or `Samples`.

Files are in any container that the service reads (WAV, FLAC, OGG, MP3, AIFF, …) and are sent as they are.
"""

AudioStream = Union["Iterable[bytes]", BinaryIO]
"""Audio that is still coming: pieces of bytes of any length, or a file open for reading bytes, e.g. a pipe."""


def stream_pieces(audio: AudioStream) -> Iterator[bytes]:
    """The bytes of a stream in pieces that a message can hold, each as soon as it is there."""
    if isinstance(audio, (str, bytes, bytearray, memoryview)):
        raise TypeError("a stream is an iterable of bytes or a file open for reading bytes, e.g. open(path, 'rb')")
    if hasattr(audio, "read"):
        read = getattr(audio, "read1", audio.read)
        pieces: Iterable[bytes] = iter(lambda: read(_READ), b"")
    else:
        pieces = audio
    for piece in pieces:
        if not isinstance(piece, (bytes, bytearray, memoryview)):
            raise TypeError(f"a stream consists of bytes, not of {type(piece).__name__}")
        for start in range(0, len(piece), _LARGEST_PIECE):
            yield bytes(piece[start:start + _LARGEST_PIECE])


def wire_audio(audio: AudioLike) -> Any:
    """The message of a piece of audio. Raises OSError for a file that cannot be read, TypeError for what is none."""
    if isinstance(audio, Samples):
        return _wire_samples(audio)
    if isinstance(audio, (bytes, bytearray, memoryview)):
        return _wire.Audio(content=bytes(audio))
    if isinstance(audio, (str, os.PathLike)):
        with open(audio, "rb") as file:
            return _wire.Audio(content=file.read())
    if hasattr(audio, "read"):
        content = audio.read()
        if isinstance(content, bytes):
            return _wire.Audio(content=content)
        raise TypeError("the audio's file must be open for reading bytes: open(path, 'rb')")
    raise TypeError(
        f"audio is a path, bytes, a file open for reading bytes or Samples(array, rate), not {type(audio).__name__}")


def wire_audios(audios: AudioLike | Sequence[AudioLike]) -> list[Any]:
    """The messages of one or more pieces of audio, in order."""
    if isinstance(audios, Sequence) and not isinstance(audios, (str, bytes, bytearray, memoryview)):
        return [wire_audio(audio) for audio in audios]
    return [wire_audio(audios)]


def _wire_samples(samples: Samples) -> Any:
    import numpy

    array = numpy.asarray(samples.array)
    if array.ndim not in (1, 2):
        raise ValueError(f"samples are [samples] or [samples, channels], not of {array.ndim} dimensions")
    channels = 1 if array.ndim == 1 else array.shape[1]
    encoding = _S16 if array.dtype == numpy.int16 else _F32
    if array.dtype == numpy.uint8:
        array = (array.astype(numpy.float32) - 128) / 128
    elif numpy.issubdtype(array.dtype, numpy.signedinteger) and encoding == _F32:
        array = array / -float(numpy.iinfo(array.dtype).min)
    elif not numpy.issubdtype(array.dtype, numpy.floating) and encoding == _F32:
        raise TypeError(f"samples are floats, signed integers or uint8, not {array.dtype}")
    content = array.astype("<i2" if encoding == _S16 else "<f4").tobytes()
    return _wire.Audio(content=content, encoding=encoding, sample_rate_hz=samples.rate, channels=channels)
