"""A plan of faults, drawn from a seed: the same seed, the same kinds, places and times."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from local.faults.kinds import KINDS, Strength
from local.faults.names import without_hash
from local.faults.places import Place
from local.system import System

LASTS_S = (1.5, 8.0)
MOST_CALLS = 6
SLOWEST_S = 6.0


@dataclass(frozen=True)
class Planned:
    """A fault to come: `at` and `until` are seconds from the beginning."""

    at: float
    until: float
    kind: str
    place: Place
    strength: Strength

    def __str__(self) -> str:
        name = f"{without_hash(self.place.name)} of {self.place.stack}"
        kind, lasts = KINDS[self.kind], self.until - self.at
        return f"{self.kind:<18}  {name}: {kind.told}, for {lasts:.1f} s"


def places_of(system: System) -> dict[str, list[Place]]:
    """The places where each kind of fault may strike in a system."""
    looked: dict[object, list[Place]] = {}
    for kind in KINDS.values():
        if kind.places not in looked:
            looked[kind.places] = kind.places(system)
    return {name: looked[kind.places] for name, kind in KINDS.items()}


def drawn(
    places: Mapping[str, Sequence[Place]], seed: int, seconds: float, every: float
) -> list[Planned]:
    """The faults of so many seconds, one about every so many, in the order in which they begin.

    Each kind that has a place comes once before one comes again. The last ends with the time.
    """
    chance = random.Random(seed)
    plan: list[Planned] = []
    free_from: dict[tuple[str, str], float] = {}
    at = chance.uniform(0, every)
    for kind in _kinds(chance, [name for name, found in places.items() if found]):
        if at > seconds - LASTS_S[0]:
            break
        lasts = chance.uniform(*LASTS_S)
        strength = Strength(chance.randint(1, MOST_CALLS), round(chance.uniform(0.5, SLOWEST_S), 1))
        if kind.startswith("killed"):
            strength = Strength(1, 0.0)
        free = [
            place for place in places[kind] if free_from.get((place.stack, place.thing), 0.0) <= at
        ]
        if free:
            place, until = chance.choice(free), min(at + lasts, seconds)
            free_from[place.stack, place.thing] = until
            plan.append(Planned(round(at, 2), round(until, 2), kind, place, strength))
        at += chance.uniform(0.5, 1.5) * every
    return plan


def _kinds(chance: random.Random, names: Sequence[str]) -> Iterator[str]:
    """Every kind, in one order after another."""
    while names:
        yield from chance.sample(names, len(names))
