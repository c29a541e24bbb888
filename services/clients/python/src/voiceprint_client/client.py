"""The client."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import grpc

from . import _wire, results
from ._channel import TLS, is_this_host, open_channel
from .audio import ENCODINGS, AudioLike, AudioStream, stream_pieces, wire_audio, wire_audios
from .errors import translated

__all__ = ["Voiceprint"]

_PAGE = 100


class Voiceprint:
    """A client of the gateway at `address`, "host:port" or any gRPC target. Safe to share between threads.

    `collection` is where calls go that name none. `tls` is True for the machine's certificate authorities, the path of
    a PEM file with others, or `grpc.ChannelCredentials`; without it the connection is plain. `token` goes with each
    call as `authorization: Bearer …`; it is refused without TLS, as everybody on the way could read it. `api_key` is
    what `voiceprint keys create` has printed, for a gateway that asks for one; without TLS it goes to this host only.
    `timeout` is the time in seconds that a call may take with all its tries.

    Every call raises `VoiceprintError`, mostly one of its subclasses, when it fails.
    """

    def __init__(
        self, address: str, *, collection: str = "default", tls: TLS = None, token: str | None = None,
        api_key: str | None = None, timeout: float = 30.0,
    ) -> None:
        if token is not None and not tls:
            raise ValueError("a token is sent over TLS only: give tls=True, or the path of the authority's certificate")
        if api_key is not None and not tls and not is_this_host(address):
            raise ValueError("everybody on the way could read the key: give tls=True, or the authority's certificate")
        if api_key is not None and token is not None:
            raise ValueError("api_key and token exclude each other: one of them goes with a call")
        token = api_key if token is None else token
        self.collection = collection
        self.timeout = timeout
        self._metadata = (("authorization", f"Bearer {token}"),) if token is not None else None
        self._channel = open_channel(address, tls)
        self._methods = _wire.gateway_methods(self._channel)

    def close(self) -> None:
        """Closes the connection; no call is possible afterwards."""
        self._channel.close()

    def __enter__(self) -> Voiceprint:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, method: str, **fields: Any) -> Any:
        # A field that is None is not set: the service's default holds.
        request = _wire.gateway(f"{method}Request")(**{k: v for k, v in fields.items() if v is not None})
        try:
            return self._methods[method](request, timeout=self.timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            raise translated(error) from error

    def _in(self, collection: str | None) -> str:
        return self.collection if collection is None else collection

    # Voices

    def embed(self, audio: AudioLike, *, epoch: str | None = None) -> results.Embedding:
        """The voiceprint of a piece of audio, by the network of `epoch` or of the default epoch."""
        return results.embedding(self._call("Embed", audio=wire_audio(audio), epoch=epoch))

    def contrast(
        self, first: AudioLike, second: AudioLike, *, threshold: float | None = None, epoch: str | None = None,
    ) -> results.Comparison:
        """Whether two pieces of audio are of the same person; `threshold` (-1 to 1) replaces the epoch's own."""
        return results.contrast(self._call(
            "Contrast", first=wire_audio(first), second=wire_audio(second), threshold=threshold, epoch=epoch))

    def verify(
        self, speaker_id: str, audio: AudioLike, *, threshold: float | None = None, collection: str | None = None,
    ) -> results.Comparison:
        """Whether the audio is of the person it is said to be of."""
        return results.verification(self._call(
            "Verify", collection=self._in(collection), speaker_id=speaker_id, audio=wire_audio(audio),
            threshold=threshold))

    def identify(
        self, audio: AudioLike, *, threshold: float | None = None, top_k: int = 5, collection: str | None = None,
    ) -> results.Identification:
        """Who of the collection it is, if anybody, with the `top_k` best candidates (1 to 1000)."""
        return results.identification(self._call(
            "Identify", collection=self._in(collection), audio=wire_audio(audio), threshold=threshold, top_k=top_k))

    def identify_stream(
        self, audio: AudioStream, *, format: Literal["s16le", "f32le"] | None = None, rate: int | None = None,
        channels: int | None = None, threshold: float | None = None, window: float | None = None,
        hop: float | None = None, top_k: int | None = None, collection: str | None = None,
        timeout: float | None = None,
    ) -> Iterator[results.LiveWindow | results.LiveStretch]:
        """Who of the collection is speaking, while they speak; how the audio is cut into pieces changes no answer.

        The audio is that of a file from its header on, or headerless samples of `format` at `rate` Hz with interleaved
        `channels` (1). A `LiveWindow` comes every `hop` seconds (0.1 to `window`; 0.5) about the last `window` seconds
        (1 to 30; 3) with the `top_k` best candidates (1 to 100; 1), a `LiveStretch` when a stretch of speech has ended.
        The answers end after the audio; closing the iterator ends the call before. It may take `timeout` seconds, or
        as long as the service allows.
        """
        if format not in ENCODINGS:
            raise ValueError(f"format is 's16le', 'f32le' or None for files with a header, not {format!r}")
        settings = dict(
            collection=self._in(collection), encoding=ENCODINGS[format], sample_rate_hz=rate, channels=channels,
            threshold=threshold, window_seconds=window, hop_seconds=hop, top_k=top_k)
        return self._live({k: v for k, v in settings.items() if v is not None}, audio, timeout)

    def _live(
        self, settings: dict[str, Any], audio: AudioStream, timeout: float | None,
    ) -> Iterator[results.LiveWindow | results.LiveStretch]:
        broken: list[BaseException] = []

        def requests() -> Iterator[Any]:
            yield _wire.gateway("IdentifyStreamRequest")(settings=settings)
            try:
                for piece in stream_pieces(audio):
                    yield _wire.gateway("IdentifyStreamRequest")(audio=piece)
            except BaseException as error:
                # The gRPC library reads the requests in a thread of its own, and tells nobody why that ended.
                broken.append(error)
                raise

        call = self._methods["IdentifyStream"](requests(), timeout=timeout, metadata=self._metadata)
        try:
            for answer in call:
                event = results.live_event(answer)
                if event is not None:
                    yield event
        except grpc.RpcError as error:
            if broken:
                raise broken[0] from None
            raise translated(error) from error
        finally:
            call.cancel()

    # People

    def enroll(
        self, speaker_id: str, audios: AudioLike | Sequence[AudioLike], *,
        display_name: str | None = None, labels: Mapping[str, str] | None = None, collection: str | None = None,
        request_id: str | None = None,
    ) -> results.Enrollment:
        """Enrols a person with one or more recordings (at most 64): all of them or none.

        Every call has a request id, a random one unless given, so that a call whose answer got lost is tried again
        without enrolling twice.
        """
        return results.enrollment(self._call(
            "Enroll", collection=self._in(collection), speaker_id=speaker_id, display_name=display_name,
            labels=labels, audios=wire_audios(audios), request_id=request_id or str(uuid.uuid4())))

    def speaker(self, speaker_id: str, *, collection: str | None = None) -> results.Speaker:
        """One person."""
        answer = self._call("GetSpeaker", collection=self._in(collection), speaker_id=speaker_id)
        return results.speaker(answer.speaker)

    def speakers(
        self, *, needs_reenrollment: bool = False, page_size: int = _PAGE, collection: str | None = None,
    ) -> Iterator[results.Speaker]:
        """Everybody by identifier, or only who must be enrolled anew; a page of at most 1000 a call."""
        pages = self._pages(
            "ListSpeakers", collection=self._in(collection), page_size=page_size,
            needs_reenrollment=needs_reenrollment)
        return (results.speaker(each) for page in pages for each in page.speakers)

    def delete_speaker(self, speaker_id: str, *, collection: str | None = None) -> int:
        """Deletes a person with everything enrolled of it; returns how many utterances that were."""
        answer = self._call("DeleteSpeaker", collection=self._in(collection), speaker_id=speaker_id)
        return int(answer.deleted_utterances)

    def delete_utterance(
        self, speaker_id: str, utterance_id: str, *, collection: str | None = None,
    ) -> results.Speaker | None:
        """Deletes one utterance; returns the person as is now, None if it was the last and the person went with it."""
        answer = self._call(
            "DeleteUtterance", collection=self._in(collection), speaker_id=speaker_id, utterance_id=utterance_id)
        return results.speaker(answer.speaker) if answer.HasField("speaker") else None

    # Collections

    def create_collection(
        self, name: str, *, epoch: str | None = None, keep_audio: bool = False,
    ) -> results.Collection:
        """Makes an empty collection; with `keep_audio` recordings are kept, encrypted."""
        retention = "AUDIO_RETENTION_ENCRYPTED" if keep_audio else "AUDIO_RETENTION_NONE"
        answer = self._call("CreateCollection", collection=name, epoch=epoch, retain_audio=retention)
        return results.collection(answer.collection)

    def get_collection(self, name: str | None = None) -> results.Collection:
        """The collection of that name, or the client's own."""
        return results.collection(self._call("GetCollection", collection=self._in(name)).collection)

    def collections(self, *, page_size: int = _PAGE) -> Iterator[results.Collection]:
        """All collections by name, a page a call (at most 1000)."""
        pages = self._pages("ListCollections", page_size=page_size)
        return (results.collection(each) for page in pages for each in page.collections)

    def delete_collection(self, name: str) -> int:
        """Deletes a collection and everyone in it; returns how many people that were."""
        return int(self._call("DeleteCollection", collection=name).deleted_speakers)

    def _pages(self, method: str, **fields: Any) -> Iterator[Any]:
        token = ""
        while True:
            page = self._call(method, page_token=token, **fields)
            yield page
            token = page.next_page_token
            if not token:
                return
