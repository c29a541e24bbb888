"""Enrols a person and says who speaks in another recording:

    example.py HOST:PORT COLLECTION PERSON ENROLMENT.wav… RECORDING.wav

Prints the person recognised, or "a stranger", with score and threshold, parted by tabs.
"""

import sys

from voiceprint_client import Voiceprint, VoiceprintError


def main() -> int:
    if len(sys.argv) < 6:
        print("usage: example.py HOST:PORT COLLECTION PERSON ENROLMENT.wav… RECORDING.wav", file=sys.stderr)
        return 2
    address, collection, person, *enrolments, recording = sys.argv[1:]
    try:
        with Voiceprint(address, collection=collection) as client:
            client.enroll(person, enrolments)
            answer = client.identify(recording)
    except VoiceprintError as error:
        print(f"{error.code.name}: {error.message}", file=sys.stderr)
        return 1
    print(answer.speaker_id or "a stranger", answer.score, answer.threshold, sep="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main())
