"""Recordings for the tests: Debian's telephone prompts of five people, and what is wrong with recordings."""

import functools
import io
import pathlib
import random
import struct
import wave

from voices import wav

SOUNDS = pathlib.Path("/usr/share/asterisk/sounds")
PEOPLE = {
    "allison": "en_US_f_Allison", "june": "fr_CA_f_June", "carlo": "it_IT_m_Carlo", "ivrvoice": "ru_RU_f_IvrvoiceRU",
    "menardi": "it_IT_f_Menardi",
}
RATE = 8000


@functools.lru_cache(maxsize=None)
def prompts(person: str) -> list[pathlib.Path]:
    """Prompts of some seconds, in the order of their names."""
    found = [file for file in sorted((SOUNDS / PEOPLE[person]).rglob("*.wav"))
             if 48_000 < file.stat().st_size < 120_000 and file.parent.name != "silence"]
    assert len(found) >= 30, f"no prompts of {person} in {SOUNDS}: deploy/install-deps.sh demo"
    return found


def samples(file: pathlib.Path) -> list[float]:
    with wave.open(str(file)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 2, RATE), file
        data = reader.readframes(reader.getnframes())
    return [value / 32768 for value in struct.unpack(f"<{len(data) // 2}h", data)]


def speech(person: str, index: int) -> list[float]:
    """The samples of one of a person's prompts, spread over all of them."""
    found = prompts(person)
    return samples(found[index * len(found) // 16 % len(found)])


def recording(person: str, index: int) -> bytes:
    """A WAV file of one of a person's prompts."""
    return wav(speech(person, index), RATE)


def silence(seconds: float) -> list[float]:
    noise = random.Random(0)
    return [0.0005 * noise.gauss(0, 1) for _ in range(int(seconds * RATE))]


def clipped(person: str, index: int) -> bytes:
    """So loud that every peak is cut off."""
    return wav([max(-1.0, min(1.0, 30 * sample)) for sample in speech(person, index)], RATE)


def noisy(person: str, index: int) -> bytes:
    """With a hiss behind it that is nearly as loud."""
    noise = random.Random(1)
    return wav([0.6 * sample + 0.08 * noise.gauss(0, 1) for sample in speech(person, index)], RATE)


def short(person: str, index: int) -> bytes:
    """Its loudest second."""
    whole = speech(person, index)
    steps = range(0, max(1, len(whole) - RATE), RATE // 10)
    start = max(steps, key=lambda at: sum(sample * sample for sample in whole[at:at + RATE]))
    return wav(whole[start:start + RATE], RATE)


def conversation(*turns: tuple[str, int]) -> bytes:
    """One after the other, with a pause behind each."""
    joined: list[float] = []
    for person, index in turns:
        joined += speech(person, index) + silence(1.3)
    return wav(joined, RATE)


def seconds(data: bytes) -> float:
    with wave.open(io.BytesIO(data)) as reader:
        return reader.getnframes() / reader.getframerate()
