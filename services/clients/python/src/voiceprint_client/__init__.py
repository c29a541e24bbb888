"""Enrols people and recognises them by their voice: a client of the Voiceprint gateway.

    from voiceprint_client import Voiceprint

    with Voiceprint("127.0.0.1:50051") as client:
        client.enroll("ann", ["ann-1.wav", "ann-2.wav"])
        print(client.identify("somebody.wav").speaker_id or "a stranger")
"""

from .audio import AudioLike, AudioStream, Samples
from .client import Voiceprint
from .errors import (
    AlreadyExists, DeadlineExceeded, EpochMismatch, FailedPrecondition, InvalidArgument, InvalidAudio,
    NeedsReenrollment, NotFound, PermissionDenied, ResourceExhausted, Unauthenticated, Unavailable, VoiceprintError,
)
from .results import (
    AudioReport, Collection, Comparison, Embedding, Enrollment, Identification, LiveStretch, LiveWindow, Match,
    Speaker, Utterance,
)

__all__ = [
    "AlreadyExists", "AudioLike", "AudioReport", "AudioStream", "Collection", "Comparison", "DeadlineExceeded",
    "Embedding", "Enrollment", "EpochMismatch", "FailedPrecondition", "Identification", "InvalidArgument",
    "InvalidAudio", "LiveStretch", "LiveWindow", "Match", "NeedsReenrollment", "NotFound", "PermissionDenied",
    "ResourceExhausted", "Samples", "Speaker", "Unauthenticated", "Unavailable", "Utterance", "Voiceprint",
    "VoiceprintError",
]
