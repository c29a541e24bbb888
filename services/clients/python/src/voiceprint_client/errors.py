"""What a call may raise: `VoiceprintError` and a class for each kind of failure that a caller treats differently."""

from __future__ import annotations

import re
from typing import Any

import grpc

from . import _wire

__all__ = [
    "AlreadyExists", "DeadlineExceeded", "EpochMismatch", "FailedPrecondition", "InvalidArgument", "InvalidAudio",
    "NeedsReenrollment", "NotFound", "PermissionDenied", "ResourceExhausted", "Unauthenticated", "Unavailable",
    "VoiceprintError",
]


class VoiceprintError(Exception):
    """A call that failed.

    `code` is the gRPC status, `reason` a constant for programs (`"SPEAKER_NOT_FOUND"`; empty if the service did not
    speak itself), `field` the path of the request's field that is wrong (`"audios[1].content"`), `metadata` more about
    it, and `retry_after` how many seconds the service asks to wait before another try.
    """

    def __init__(
        self, message: str, *, code: grpc.StatusCode = grpc.StatusCode.UNKNOWN, reason: str = "",
        field: str | None = None, metadata: dict[str, str] | None = None, retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.field = field
        self.metadata = metadata or {}
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.code.name}{f' ({self.reason})' if self.reason else ''}: {self.message}"


class InvalidArgument(VoiceprintError, ValueError):
    """The request is wrong and stays wrong; `field` says where."""


class InvalidAudio(InvalidArgument):
    """The audio cannot be used: not audio, too short, silent, damaged, …; `field` says which piece."""


class NotFound(VoiceprintError, LookupError):
    """The speaker, utterance, collection or epoch does not exist; `reason` says which of them."""


class AlreadyExists(VoiceprintError):
    """What was to be made exists already with other content."""


class FailedPrecondition(VoiceprintError):
    """The request is right, but the system's state forbids it."""


class EpochMismatch(FailedPrecondition):
    """Voiceprints of two epochs cannot be compared; `metadata` names both."""


class NeedsReenrollment(FailedPrecondition):
    """The person has no voiceprint of the collection's epoch and must be enrolled anew."""


class ResourceExhausted(VoiceprintError):
    """A limit or a queue of the service is full, or the message is too large."""


class Unavailable(VoiceprintError):
    """The service, or a part of it, could not be reached, after all tries."""


class DeadlineExceeded(VoiceprintError, TimeoutError):
    """The client's `timeout` ran out before the answer was there."""


class Unauthenticated(VoiceprintError):
    """The service does not know the caller: `token` is missing or wrong."""


class PermissionDenied(VoiceprintError):
    """The caller may not do this."""


_BY_CODE: dict[grpc.StatusCode, type[VoiceprintError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
}
_BY_REASON: dict[str, type[VoiceprintError]] = {
    "EPOCH_MISMATCH": EpochMismatch,
    "NEEDS_REENROLLMENT": NeedsReenrollment,
}
# The fields of the requests that hold audio, e.g. `audio`, `first.content`, `audios[2].sample_rate_hz`.
_AUDIO_FIELD = re.compile(r"(audio|first|second|audios\[\d+\])(\.|$)")


def _details(error: grpc.Call) -> dict[str, Any]:
    """What `grpc-status-details-bin` says, as arguments of `VoiceprintError`; empty if there is none."""
    found: dict[str, Any] = {}
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        for detail in _wire.Status.FromString(value).details:
            kind = detail.type_url.rpartition("/")[2]
            if kind == "google.rpc.ErrorInfo":
                info = _wire.ErrorInfo.FromString(detail.value)
                found.update(reason=info.reason, metadata=dict(info.metadata))
            elif kind == "google.rpc.BadRequest":
                for violation in _wire.BadRequest.FromString(detail.value).field_violations:
                    found.setdefault("field", violation.field)
            elif kind == "google.rpc.RetryInfo":
                delay = _wire.RetryInfo.FromString(detail.value).retry_delay
                found["retry_after"] = delay.seconds + delay.nanos / 1e9
    return found


def translated(error: grpc.RpcError) -> VoiceprintError:
    """The typed error of what the gRPC library raised."""
    assert isinstance(error, grpc.Call)
    code, details = error.code(), _details(error)
    kind = _BY_REASON.get(details.get("reason", "")) or _BY_CODE.get(code, VoiceprintError)
    if kind is InvalidArgument and _AUDIO_FIELD.match(details.get("field") or ""):
        kind = InvalidAudio
    return kind(error.details() or code.name, code=code, **details)
