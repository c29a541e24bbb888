"""What the calls answer."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from . import _wire

__all__ = [
    "AudioReport", "Collection", "Comparison", "Embedding", "Enrollment", "Identification", "LiveStretch",
    "LiveWindow", "Match", "Speaker", "Utterance",
]

_ACCEPTED, _REJECTED = 1, 2
_RETENTION_ENCRYPTED = 2


@dataclasses.dataclass(frozen=True)
class AudioReport:
    """What was measured on a piece of audio.

    `duration` and `speech` in seconds, `sample_rate` in Hz, `rms` in dB relative to full scale before normalisation,
    `peak` and `clipped_fraction` from 0 to 1. `warnings` are names of what makes a decision less reliable: "SHORT",
    "CLIPPED", "QUIET".
    """

    duration: float
    speech: float
    sample_rate: int
    channels: int
    rms: float
    peak: float
    clipped_fraction: float
    warnings: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Embedding:
    """A voiceprint, as the network gives it (not normalised); comparable only with those of the same `epoch`."""

    values: tuple[float, ...] = dataclasses.field(repr=False)
    epoch: str
    report: AudioReport


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Whether two voices are one person's, or a voice is the claimed person's.

    `score` is a cosine, -1 to 1; `accepted` says that it reaches `threshold`. `reports` has one entry for each piece of
    audio of the call.
    """

    accepted: bool
    score: float
    threshold: float
    epoch: str
    reports: tuple[AudioReport, ...]


@dataclasses.dataclass(frozen=True)
class Match:
    """A candidate of a search; `score` is a cosine, -1 to 1."""

    speaker_id: str
    display_name: str
    score: float


@dataclasses.dataclass(frozen=True)
class Identification:
    """Who of a collection it is.

    `speaker_id` is None for a stranger, and when nobody is enrolled. `candidates` are the best matches whether or not
    they reach `threshold`; `margin` is the best score less the runner-up's, None with fewer than two people enrolled;
    `gallery_size` is how many people were compared.
    """

    speaker_id: str | None
    score: float
    threshold: float
    margin: float | None
    candidates: tuple[Match, ...]
    gallery_size: int
    epoch: str
    report: AudioReport


@dataclasses.dataclass(frozen=True)
class LiveWindow:
    """Who speaks now: the interim answer for one window of a stream.

    All times are in seconds from the stream's first sample. `start` and `end` are the window's; `speaking` says whether
    somebody speaks at its end, `speech` how many seconds of it are speech. `accepted` is None with too little speech to
    say who it is, False for a stranger. `since` is when this person, or this stranger, began without a break.
    """

    start: float
    end: float
    speaking: bool
    speech: float
    accepted: bool | None
    speaker_id: str | None
    score: float
    threshold: float
    since: float
    candidates: tuple[Match, ...]
    epoch: str


@dataclasses.dataclass(frozen=True)
class LiveStretch:
    """Who spoke: the final answer for a stretch of speech, up to a pause of 0.7 s or to 30 s.

    Fields are those of `LiveWindow`.
    """

    start: float
    end: float
    speech: float
    accepted: bool | None
    speaker_id: str | None
    score: float
    threshold: float
    candidates: tuple[Match, ...]
    epoch: str


@dataclasses.dataclass(frozen=True)
class Utterance:
    """One recording that a person was enrolled with; `has_audio` says whether the recording itself is kept."""

    utterance_id: str
    report: AudioReport
    create_time: datetime.datetime
    has_audio: bool


@dataclasses.dataclass(frozen=True)
class Speaker:
    """A person enrolled in a collection; times are in UTC.

    With `needs_reenrollment` nobody is recognised as this person until the person is enrolled anew.
    """

    speaker_id: str
    display_name: str
    labels: Mapping[str, str] = dataclasses.field(hash=False)
    utterances: tuple[Utterance, ...]
    epoch: str
    create_time: datetime.datetime
    update_time: datetime.datetime
    needs_reenrollment: bool


@dataclasses.dataclass(frozen=True)
class Enrollment:
    """The person after the enrolment.

    `created` says that the person is new, `replayed` that this is the answer of an earlier call with the same request
    id. `reports` are in the order of the recordings.
    """

    speaker: Speaker
    created: bool
    replayed: bool
    reports: tuple[AudioReport, ...]
    epoch: str


@dataclasses.dataclass(frozen=True)
class Collection:
    """A set of people who are told apart from each other; `keeps_audio` says that recordings are kept, encrypted."""

    name: str
    epoch: str
    speaker_count: int
    create_time: datetime.datetime
    keeps_audio: bool


def _time(timestamp: Any) -> datetime.datetime:
    begin = datetime.datetime.fromtimestamp(timestamp.seconds, datetime.timezone.utc)
    return begin + datetime.timedelta(microseconds=timestamp.nanos // 1000)


def _report(wire: Any) -> AudioReport:
    names = (_wire.enumerator("voiceprint.types.v1.AudioWarning", number) for number in wire.warnings)
    return AudioReport(
        duration=wire.duration_seconds, speech=wire.speech_seconds, sample_rate=wire.sample_rate_hz,
        channels=wire.channels, rms=wire.rms_dbfs, peak=wire.peak, clipped_fraction=wire.clipped_fraction,
        warnings=tuple(name.removeprefix("AUDIO_WARNING_") for name in names))


def embedding(wire: Any) -> Embedding:
    """Of an EmbedResponse."""
    return Embedding(tuple(wire.embedding.values), wire.embedding.epoch, _report(wire.report))


def contrast(wire: Any) -> Comparison:
    """Of a ContrastResponse."""
    reports = (_report(wire.first_report), _report(wire.second_report))
    return Comparison(wire.decision == _ACCEPTED, wire.score, wire.threshold, wire.epoch, reports)


def verification(wire: Any) -> Comparison:
    """Of a VerifyResponse."""
    return Comparison(
        wire.decision == _ACCEPTED, wire.score, wire.threshold, wire.epoch, (_report(wire.report),))


def identification(wire: Any) -> Identification:
    """Of an IdentifyResponse."""
    return Identification(
        speaker_id=wire.speaker_id if wire.decision == _ACCEPTED else None, score=wire.score,
        threshold=wire.threshold, margin=wire.margin if wire.HasField("margin") else None,
        candidates=_candidates(wire), gallery_size=wire.gallery_size, epoch=wire.epoch, report=_report(wire.report))


def live_event(wire: Any) -> LiveWindow | LiveStretch | None:
    """Of an IdentifyStreamResponse; None for a kind of event that a newer server sent."""
    kind = wire.WhichOneof("event")
    if kind == "window":
        window = wire.window
        return LiveWindow(speaking=window.speaking, since=window.since_seconds, **_live(window))
    return LiveStretch(**_live(wire.stretch)) if kind == "stretch" else None


def _live(wire: Any) -> dict[str, Any]:
    accepted = {_ACCEPTED: True, _REJECTED: False}.get(wire.decision)
    return dict(
        start=wire.start_seconds, end=wire.end_seconds, speech=wire.speech_seconds, accepted=accepted,
        speaker_id=wire.speaker_id if accepted else None, score=wire.score, threshold=wire.threshold,
        candidates=_candidates(wire), epoch=wire.epoch)


def _candidates(wire: Any) -> tuple[Match, ...]:
    return tuple(Match(each.speaker_id, each.display_name, each.score) for each in wire.candidates)


def speaker(wire: Any) -> Speaker:
    """Of a Speaker."""
    utterances = (
        Utterance(each.utterance_id, _report(each.report), _time(each.create_time), each.has_audio)
        for each in wire.utterances)
    return Speaker(
        speaker_id=wire.speaker_id, display_name=wire.display_name, labels=dict(wire.labels),
        utterances=tuple(utterances), epoch=wire.epoch, create_time=_time(wire.create_time),
        update_time=_time(wire.update_time), needs_reenrollment=wire.needs_reenrollment)


def enrollment(wire: Any) -> Enrollment:
    """Of an EnrollResponse."""
    return Enrollment(
        speaker(wire.speaker), wire.created, wire.replayed, tuple(map(_report, wire.reports)), wire.epoch)


def collection(wire: Any) -> Collection:
    """Of a Collection."""
    return Collection(
        wire.name, wire.epoch, wire.speaker_count, _time(wire.create_time), wire.retain_audio == _RETENTION_ENCRYPTED)
