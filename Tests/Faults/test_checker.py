"""The checker itself: it accepts a right history and sees every kind of wrong one."""

import pytest

import checker
import matrix
from history import Call


class Truth:
    """Scores that are easy to predict."""

    def __init__(self, base: float):
        self._base = base

    def contrast(self, *_) -> float:
        return self._base

    def template_score(self, _, clips) -> float:
        return self._base + len(clips) / 10


GOLDEN = {"A": Truth(0.1), "B": Truth(0.5)}


def call(kind, begin, end, speaker="", code="OK", epoch="A", scores=None):
    clips = {"enrol": ("p", "q"), "identify": ("x",), "contrast": ("x", "y"), "delete": ()}[kind]
    return Call(kind, begin, speaker, clips, end, code, "", epoch, scores or {})


# Ann is enrolled, the collection goes over, Bob is enrolled by a call that nobody answered, Ann is deleted.
RIGHT = [
    call("enrol", 0, 1, "ann"),
    call("identify", 2, 3, scores={"ann": 0.3}),
    call("contrast", 2, 3, scores={"": 0.1}),
    call("identify", 4, 6, epoch="A", scores={"ann": 0.3}),
    call("identify", 4, 5, epoch="B", scores={"ann": 0.7}),
    call("enrol", 6, 7, "bob", code="UNAVAILABLE", epoch=""),
    call("identify", 8, 9, epoch="B", scores={"ann": 0.7, "bob": 0.7}),
    call("delete", 10, 11, "ann"),
    call("identify", 12, 13, epoch="B", scores={"bob": 0.7}),
]


def judged(*more):
    return checker.violations([*RIGHT, *more], GOLDEN, "A", "B")


def test_a_right_history_has_no_violation():
    assert judged() == []
    assert judged(call("identify", 14, 15, epoch="B"), call("contrast", 14, 15, epoch="A", scores={"": 0.1})) == []


@pytest.mark.parametrize("bad, what", [
    (call("identify", 14, 15, epoch="B", scores={"bob": 0.3}), "instead of"),
    (call("identify", 14, 15, epoch="A", scores={"bob": 0.3}), "after the flip"),
    (call("identify", 14, 15, epoch="C"), "never had"),
    (call("identify", 14, 15, epoch="B", scores={"ann": 0.7}), "not there"),
    (call("identify", 8, 9, epoch="B"), "misses 'ann'"),
    (call("identify", 14, 15, epoch="B", scores={"eve": 0.7}), "nobody enrolled"),
    (call("contrast", 14, 15, epoch="B", scores={"": 0.1}), "instead of"),
    (call("enrol", 14, 15, "eve", code="INTERNAL"), "INTERNAL"),
    (call("enrol", 14, 15, "eve", epoch="A"), "after the flip"),
    (call("delete", 14, 15, "eve", code="PERMISSION_DENIED"), "PERMISSION_DENIED"),
])
def test_a_wrong_answer_is_seen(bad, what):
    found = judged(bad)
    assert len(found) == 1 and what in found[0], found


def test_an_acknowledged_enrolment_must_be_there_for_a_deletion():
    found = judged(call("enrol", 14, 15, "eve", epoch="B"), call("delete", 16, 17, "eve", code="NOT_FOUND"))
    assert len(found) == 1 and "NOT_FOUND" in found[0]


def test_a_sample_kills_everybody_and_is_the_same_for_a_seed():
    sample = matrix.scenarios(False, 3)
    assert {scenario.victim for scenario in sample} == set(matrix.VICTIMS) and len(set(sample)) == matrix.SAMPLE
    assert sample == matrix.scenarios(False, 3) != matrix.scenarios(False, 4)
    assert len(matrix.scenarios(True, 3)) == len(matrix.VICTIMS) * len(matrix.PLACES)
