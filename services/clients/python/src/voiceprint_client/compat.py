"""mvector's predictor, answered by the service: change the import and the constructor's arguments, keep the script.

Needs numpy (`pip install voiceprint-client[numpy]`).
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
from collections.abc import Sequence
from typing import Any, BinaryIO, Union

import numpy

from ._channel import TLS
from .audio import AudioLike, Samples
from .client import Voiceprint
from .errors import AlreadyExists, NotFound

__all__ = ["MVectorPredictor"]

AudioData = Union[str, "os.PathLike[str]", bytes, BinaryIO, "numpy.ndarray[Any, Any]"]

_AT_ONCE = 8


class MVectorPredictor:
    """The methods of mvector's `MVectorPredictor` with their arguments and return values.

    Where mvector takes a configuration, a model and a folder of voices, this takes the gateway's address and a
    collection, which is made if there is none. `threshold` None is the epoch's own, measured on the network that
    answers; mvector's default is 0.6.

    Four things are different on purpose: a threshold given to one call holds for that call alone, and 0 is a threshold
    like any other; `predict_batch` gives each clip the voiceprint that `predict` gives it, whatever its neighbours'
    length; an empty database recognises nobody rather than raising; errors are `VoiceprintError`.
    """

    def __init__(
        self, address: str, threshold: float | None = None, collection: str = "default", *, tls: TLS = None,
        token: str | None = None, timeout: float = 30.0,
    ) -> None:
        self.threshold = threshold
        self.client = Voiceprint(address, collection=collection, tls=tls, token=token, timeout=timeout)
        try:
            self.client.get_collection()
        except NotFound:
            with contextlib.suppress(AlreadyExists):  # another predictor may be as quick
                self.client.create_collection(collection)

    def predict(self, audio_data: AudioData, sample_rate: int = 16000) -> numpy.ndarray[Any, Any]:
        """The voiceprint `[dimension]`, float32, not normalised; `sample_rate` (Hz) is that of an array."""
        return numpy.array(self.client.embed(_audio(audio_data, sample_rate)).values, dtype=numpy.float32)

    def predict_batch(
        self, audios_data: Sequence[AudioData], sample_rate: int = 16000,
    ) -> numpy.ndarray[Any, Any]:
        """The voiceprints `[clips, dimension]`, float32."""
        with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
            return numpy.stack(list(pool.map(lambda data: self.predict(data, sample_rate), audios_data)))

    def contrast(self, audio_data1: AudioData, audio_data2: AudioData) -> numpy.floating[Any]:
        """Cosine of two voices, -1 to 1; arrays are at 16 kHz."""
        answer = self.client.contrast(_audio(audio_data1, 16000), _audio(audio_data2, 16000))
        return numpy.float64(answer.score)

    def register(
        self, audio_data: AudioData, user_name: str, sample_rate: int = 16000,
    ) -> tuple[bool, str]:
        """Adds a recording of a person."""
        self.client.enroll(user_name, _audio(audio_data, sample_rate))
        return True, "注册成功"

    def recognition(
        self, audio_data: AudioData, threshold: float | None = None, sample_rate: int = 16000,
    ) -> list[Any]:
        """`[name, score]` with the score rounded to five digits, or `[None, None]` for a stranger."""
        found = self.client.identify(
            _audio(audio_data, sample_rate), threshold=self.threshold if threshold is None else threshold, top_k=1)
        return [None, None] if found.speaker_id is None else [found.speaker_id, round(found.score, 5)]

    def get_users(self) -> list[str]:
        """The names, each as many times as it has recordings."""
        return [speaker.speaker_id for speaker in self.client.speakers() for _ in speaker.utterances]

    def remove_user(self, user_name: str) -> bool:
        """Deletes a person; False if there is none of that name."""
        try:
            self.client.delete_speaker(user_name)
        except NotFound as error:
            if error.reason != "SPEAKER_NOT_FOUND":
                raise
            return False
        return True


def _audio(data: AudioData, rate: int) -> AudioLike:
    return Samples(data, rate) if isinstance(data, numpy.ndarray) else data
