"""The fault matrix: who is killed, and how far the promotion is at that moment."""

import dataclasses
import random

# Failpoints that a trainer passes while it drives a promotion, in their order; `@2` is the second time.
PLACES = [
    "promotion.staging", "promotion.staged", "promotion.before_store", "promotion.in_store", "promotion.after_store",
    "promotion.before_store@2", "promotion.reembedded", "promotion.before_flip", "promotion.in_flip",
    "promotion.after_flip", "promotion.before_finish", "promotion.in_finish", "promotion.after_finish",
]
# `trainer` dies at the place itself; at every other victim's death the trainer stands still there. `worker` is the
# process of a training that runs beside the promotion, `backends` all connections of PostgreSQL.
VICTIMS = ["trainer", "worker", "embedding-0", "embedding-1", "registry", "gateway", "backends"]
# How many scenarios run where the time is short.
SAMPLE = 8


@dataclasses.dataclass(frozen=True)
class Scenario:
    victim: str
    place: str
    seed: int

    def __str__(self) -> str:
        return f"{self.victim}-{self.place.removeprefix('promotion.').replace('@', '-')}-seed{self.seed}"

    @property
    def down(self) -> float:
        """Seconds until who was killed is started again."""
        return random.Random(str(self)).choice([0, 0.5, 1.5])

    @property
    def is_after_retention(self) -> bool:
        """Whether the place is passed when the old epoch goes, which must then be at once."""
        return self.place.endswith("_finish")


def scenarios(full: bool, seed: int) -> list[Scenario]:
    """All of them, or a sample in which every victim is killed at least once, drawn by `seed`."""
    every = [Scenario(victim, place, seed) for victim in VICTIMS for place in PLACES]
    if full:
        return every
    draw = random.Random(seed)
    places = draw.sample(PLACES, len(PLACES))
    sample = [Scenario(victim, places[index % len(places)], seed) for index, victim in enumerate(VICTIMS)]
    rest = [scenario for scenario in every if scenario not in sample]
    return sample + draw.sample(rest, SAMPLE - len(sample))
