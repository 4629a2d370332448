"""What could change an answer: the steps that are least sure, and what they nearly returned instead."""

from __future__ import annotations

from dataclasses import dataclass

from ..traces.encode import one_line
from ..traces.trace import Step
from .view import RunView, doubt_text

SURE = 0.9
"""Steps that are at least as sure are not listed."""
CLOSE = 0.5
"""A runner-up is close if its score is at least this fraction of the best one."""
MOST = 6
"""Maximum number of steps to list."""


@dataclass(frozen=True)
class Doubt:
    """A step whose result may be wrong. number: from 1; why: in one line."""

    number: int
    step: Step
    why: str


def doubts(run: RunView) -> list[Doubt]:
    """The steps that may be wrong, the least sure first. It is known from the trace alone; nothing is run again."""
    found = [Doubt(number, step, _why(step)) for number, step in enumerate(run.steps, start=1) if not step.error]
    unsure = [one for one in found if one.why]
    return sorted(unsure, key=lambda one: 1.0 if one.step.confidence is None else one.step.confidence)[:MOST]


def _why(step: Step) -> str:
    """Why a step may be wrong; "" if nothing speaks for that."""
    sure = step.confidence is not None and step.confidence >= SURE
    told = [] if sure and not step.assumptions else [doubt_text(step)]
    best, *others = sorted(step.scores.items(), key=lambda one: -one[1])[:3] or [("", 0.0)]
    close = [f"{name} {score:.2f}" for name, score in others if best[1] > 0 and score >= CLOSE * best[1]]
    if close:
        told.append(f"close behind: {', '.join(close)}")
    return one_line("; ".join(filter(None, told)), 400)
