"""Judges a history of calls: is there an order of what happened, true to the clock, in which every answer is right?

People are enrolled once and deleted at most once, so that for each a pair of intervals says when they may have been
there: from the first moment that the enrolment can have taken effect to the last, and the same of the deletion. A call
that was not answered may have taken effect or not, at any time from its begin on.
"""

import math

from history import NOT_NOW, Call

# Largest difference of a score from the one computed alone, by another order of rounding.
TOLERANCE = 1e-4


class Person:
    """When somebody may have been enrolled, and when they must have been."""

    def __init__(self, enrolment: Call, deletion: Call | None):
        self.clips = enrolment.clips
        # There at the earliest, and for sure.
        self.may_begin = enrolment.begin
        self.must_begin = enrolment.end if enrolment.is_answered else math.inf
        self.must_end, self.may_end = math.inf, math.inf
        if deletion and (deletion.is_answered or deletion.code in NOT_NOW):
            self.must_end = deletion.begin
            self.may_end = deletion.end if deletion.is_answered else math.inf

    def must_be_there(self, call: Call) -> bool:
        return self.must_begin <= call.begin and call.end <= self.must_end

    def can_be_there(self, call: Call) -> bool:
        return self.may_begin <= call.end and call.begin <= self.may_end


def people(calls: list[Call]) -> dict[str, Person]:
    """Everybody whom a call may have enrolled."""
    deletions = {call.speaker: call for call in calls if call.kind == "delete"}
    return {
        call.speaker: Person(call, deletions.get(call.speaker))
        for call in calls if call.kind == "enrol" and (call.is_answered or call.code in NOT_NOW)}


def violations(calls: list[Call], golden: dict, old: str, new: str) -> list[str]:
    """What is wrong with a history in which a collection went from epoch `old` to `new`, or did not."""
    known = people(calls)
    wrong = [
        f"{call.kind} of '{call.speaker}' ended with {call.code}: {call.message}" for call in calls
        if not call.is_answered and call.code not in NOT_NOW and not _is_expected(call, known)]
    for call in calls:
        if not call.is_answered or call.kind == "delete":
            continue
        if call.kind == "contrast":
            wrong += _contrast(call, golden)
        elif call.epoch not in (old, new):
            wrong.append(f"{call.kind} names epoch '{call.epoch}', which the collection never had")
        elif call.kind == "identify":
            wrong += _identify(call, golden[call.epoch], known)
    return wrong + _goes_back(calls, old, new)


def _is_expected(call: Call, known: dict) -> bool:
    """Who may never have been enrolled cannot be deleted."""
    if call.kind != "delete" or call.code != "NOT_FOUND":
        return False
    return call.speaker not in known or known[call.speaker].must_begin == math.inf


def _contrast(call: Call, golden: dict) -> list[str]:
    if call.epoch not in golden:
        return [f"contrast names the unknown epoch '{call.epoch}'"]
    expected = golden[call.epoch].contrast(*call.clips)
    return _score(call, "", expected)


def _identify(call: Call, truth, known: dict) -> list[str]:
    wrong = []
    for speaker in call.scores.keys() - known.keys():
        wrong.append(f"identify names '{speaker}', whom nobody enrolled")
    for speaker, person in known.items():
        if speaker in call.scores:
            if not person.can_be_there(call):
                wrong.append(f"identify names '{speaker}', who was not there: {call.begin:.3f} to {call.end:.3f}")
            wrong += _score(call, speaker, truth.template_score(call.clips[0], person.clips))
        elif person.must_be_there(call):
            wrong.append(f"identify misses '{speaker}', who was enrolled: {call.begin:.3f} to {call.end:.3f}")
    return wrong


def _score(call: Call, speaker: str, expected: float) -> list[str]:
    if abs(call.scores[speaker] - expected) <= TOLERANCE:
        return []
    return [f"{call.kind} of '{speaker}' gives {call.scores[speaker]} instead of {expected} in epoch {call.epoch}"]


def _goes_back(calls: list[Call], old: str, new: str) -> list[str]:
    """The flip happens once: who begins after an answer of the new epoch gets the new one too."""
    answers = sorted(
        (call for call in calls if call.is_answered and call.kind in ("identify", "enrol")), key=lambda call: call.end)
    flipped = next((call.end for call in answers if call.epoch == new), math.inf)
    return [
        f"{call.kind} began {call.begin - flipped:.3f} s after the flip and names epoch '{call.epoch}'"
        for call in answers if call.begin > flipped and call.epoch == old]
