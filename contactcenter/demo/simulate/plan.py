"""Who comes when, purely: the same seed gives the same visitors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from contactcenter.demo.simulate.stories import NAMES, STORIES, Story

SERVED_BY_ROBOTS = "delta"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`rate` is visitors a minute over all companies, of whom `for_people` (0 to 1) come to companies that people
    serve; `patience` the mean seconds that one waits for an agent; `languages` their weights.
    """

    seed: int = 1
    rate: float = 2.0
    for_people: float = 0.15
    patience: float = 90.0
    languages: Mapping[str, float] = field(default_factory=lambda: {"en": 2.0, "es": 1.0})


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """`at` is seconds after the start, `source` a loopback address."""

    at: float
    name: str
    language: str
    story: Story
    patience: float
    source: str


def arrivals(plan: Plan) -> Iterator[Arrival]:
    """Without end, in the order of their times: a Poisson process, as callers are in the field's queueing models."""
    chance = Random(plan.seed)  # noqa: S311  no secret
    at = 0.0
    while True:
        at += chance.expovariate(plan.rate / 60)
        language = chance.choices(list(plan.languages), list(plan.languages.values()))[0]
        to_people = chance.random() < plan.for_people
        yield Arrival(
            at=at,
            name=chance.choice(NAMES[language]),
            language=language,
            story=chance.choice([story for story in STORIES if (story.company != SERVED_BY_ROBOTS) == to_people]),
            patience=max(15.0, chance.gauss(plan.patience, plan.patience / 4)),
            source=f"127.{chance.randrange(16, 240)}.{chance.randrange(256)}.{chance.randrange(1, 255)}",
        )
