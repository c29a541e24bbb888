"""mvector's predictor, answered by the service: change the import, keep the script.

Needs numpy (`pip install voiceprint-client[numpy]`).
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import pathlib
import warnings
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

    It takes the arguments of mvector's constructor, too. `configs`, `model_path` and `use_gpu` say nothing here: the
    network is that of the service. The people are those of a collection, which is made if there is none: `collection`,
    else the one named as the folder `audio_db_path`, else "default". The folder itself is not read as a database, nor
    changed; a warning says when it holds people who are not enrolled, and how to enrol them. `threshold` is mvector's
    0.6 unless given; None is the epoch's own, measured on the network that answers.

    The gateway is at `gateway`, else where the environment variable `VOICEPRINT_GATEWAY` says, else at
    127.0.0.1:50051; `tls`, `token` and `timeout` are those of `Voiceprint`.

    Four things are different on purpose: a threshold given to one call holds for that call alone, and 0 is a threshold
    like any other; `predict_batch` gives each clip the voiceprint that `predict` gives it, whatever its neighbours'
    length; an empty database recognises nobody rather than raising; errors are `VoiceprintError`.
    """

    def __init__(
        self, configs: Any = None, threshold: float | None = 0.6, audio_db_path: str | os.PathLike[str] | None = None,
        model_path: Any = None, use_gpu: bool = True, *, gateway: str | None = None, collection: str | None = None,
        tls: TLS = None, token: str | None = None, timeout: float = 30.0,
    ) -> None:
        folder = None if audio_db_path is None else pathlib.Path(audio_db_path)
        if collection is None:
            collection = "default" if folder is None else folder.resolve().name
        address = gateway or os.environ.get("VOICEPRINT_GATEWAY") or "127.0.0.1:50051"
        self.threshold = threshold
        self.client = Voiceprint(address, collection=collection, tls=tls, token=token, timeout=timeout)
        try:
            self.client.get_collection()
        except NotFound:
            with contextlib.suppress(AlreadyExists):  # another predictor may be as quick
                self.client.create_collection(collection)
        if folder is not None:
            self._warn_of_people_only_in(folder)

    def _warn_of_people_only_in(self, folder: pathlib.Path) -> None:
        if not folder.is_dir():
            return
        people = {each.name for each in folder.iterdir() if each.is_dir() and any(each.iterdir())}
        missing = sorted(people.difference(each.speaker_id for each in self.client.speakers())) if people else []
        if missing:
            warnings.warn(
                f"{len(missing)} people of {folder} are not enrolled in the collection {self.client.collection!r} "
                f"({', '.join(missing[:3])}{', …' if len(missing) > 3 else ''}): enrol them once with `voiceprint "
                f"register --from-folder {folder} --collection {self.client.collection}`, or delete their folders",
                stacklevel=3)

    def predict(self, audio_data: AudioData, sample_rate: int = 16000) -> numpy.ndarray[Any, Any]:
        """The voiceprint `[dimension]`, float32, not normalised; `sample_rate` (Hz) is that of an array."""
        return numpy.array(self.client.embed(_audio(audio_data, sample_rate)).values, dtype=numpy.float32)

    def predict_batch(
        self, audios_data: Sequence[AudioData], sample_rate: int = 16000,
    ) -> numpy.ndarray[Any, Any]:
        """The voiceprints `[clips, dimension]`, float32."""
        with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
            return numpy.stack(list(pool.map(lambda data: self.predict(data, sample_rate), audios_data)))

    def contrast(self, audio_data1: AudioData, audio_data2: AudioData) -> numpy.float32:
        """Cosine of two voices, -1 to 1; arrays are at 16 kHz."""
        answer = self.client.contrast(_audio(audio_data1, 16000), _audio(audio_data2, 16000))
        return numpy.float32(answer.score)

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
