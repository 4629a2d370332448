"""Why an answer is wrong: the program or a tool, the first step that is wrong, and what would have made it right.

With a truth (a data set's oracle, a person's corrections), each step is held against what the truth says of the same
arguments: a step is wrong by itself, never because an earlier one was. With the expected answer alone, the most likely
single change that leads to it is named, which is a guess and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal, cast

from ...sandbox.outcome import Outcome
from ...tools.core.errors import InputError
from ...tools.engine.executor import Call, Serves
from ..datasets.agree import agree
from ..datasets.scorers import Scoring
from ..reading.view import call_text, result_text
from ..traces.decode import decode, decode_all
from ..traces.encode import describe, encode
from ..traces.trace import Step
from .corrections import Correction, corrections, program_edits
from .replay import Edits, Replayer, Script, as_error

Stage = Literal["none", "program", "tool", "unknown"]
IsRight = Callable[[Outcome], bool]

MAX_EDITS = 8
"""Edits of a wrong program that are told."""
MAX_REPLAYS = 400
"""Guesses that are tried for one run."""
_OF_THE_PROGRAM = ("parse_error", "policy_error", "type_error", "crashed")


@dataclass(frozen=True)
class Wrong:
    """A step that is not what the truth says: its number, and both results in words."""

    step: int
    said: str
    truth: str


@dataclass(frozen=True)
class Blame:
    """What an answer's being wrong comes from.

    stage: `none` for an answer that is right, `unknown` when no single change makes it right.
    step: the step to blame, by its number; None when none is. line: of the program, 0 when no line is.
    wrong: the steps that are wrong by themselves, where there is a truth, in order.
    flips: single changes that make the answer right, the best first.
    certain: was there a truth?
    """

    stage: Stage
    why: str
    certain: bool
    step: int | None = None
    line: int = 0
    wrong: tuple[Wrong, ...] = ()
    flips: tuple[Correction, ...] = ()


def judge(scoring: Scoring, expected: Any) -> IsRight:
    """Is an outcome an answer that is at least half right?"""
    return lambda outcome: outcome.kind == "ok" and scoring(outcome.answer, expected) >= 0.5


@dataclass(frozen=True)
class Case:
    """A run whose answer can be judged. replayer: its `live` serves calls that only a changed run makes."""

    script: Script
    replayer: Replayer
    is_right: IsRight

    def ends_right(self, edits: Edits, live: Serves | None = None) -> bool:
        """Would the run's answer be right with these edits? One that the checker refuses leads to no answer.

        live: who serves what is not in the trace, in place of the replayer's own.
        """
        replayer = self.replayer if live is None else replace(self.replayer, live=live)
        try:
            return self.is_right(replayer.outcome(self.script, edits))
        except InputError:
            return False


def blame(case: Case, truth: Serves | None = None, expected: Any = None) -> Blame:
    """Find out why a run's answer is wrong.

    truth: serves each call as it should have been served; without one, guesses are tried.
    expected: the right answer where it is plain, for the guesses.
    """
    stored = stored_outcome(case.script)
    if case.is_right(stored):
        return Blame("none", "The answer is right.", truth is not None)
    found = _by_truth(case, truth) if truth else _by_guess(case, expected)
    if found.stage == "unknown" and stored.kind in _OF_THE_PROGRAM:
        return replace(found, stage="program", line=stored.line, why=f"The program failed: {stored.message}")
    return found


def stored_outcome(script: Script) -> Outcome:
    """How the run ended, with its answer as a value."""
    end = script.view.end
    if end is None:
        return Outcome("crashed", message="The run was interrupted.")
    kind = "crashed" if end.outcome in ("llm_error", "input_error") else end.outcome
    return Outcome(kind, decode(end.answer, script.pictures), end.message, end.line)


# -- with a truth


@dataclass(frozen=True)
class Held:
    """A step held against the truth. same: bit for bit; agrees: in what it means."""

    number: int
    step: Step
    truth: Call
    same: bool
    agrees: bool

    @property
    def edit(self) -> dict[int, Any]:
        """The step as it should have been."""
        return {self.number: self.truth.error or self.truth.value}

    @property
    def wrong(self) -> Wrong:
        """In words."""
        return Wrong(self.number, f"{call_text(self.step)} → {result_text(self.step)}", _told(self.truth))


def held_against(script: Script, truth: Serves) -> list[Held]:
    """Each step beside what the truth says of the same arguments."""
    found: list[Held] = []
    for number, step in enumerate(script.steps, start=1):
        arguments = decode_all(step.arguments, script.pictures)
        said = as_error(step.error) if step.error else decode(step.result, script.pictures)
        known = truth.call(step.tool, (), arguments)
        true = known.error or known.value
        same = known.error is None and step.error is None and encode(known.value, _name) == step.result
        found.append(Held(number, step, known, same, same or agree(said, true)))
    return found


def _by_truth(case: Case, truth: Serves) -> Blame:
    held = held_against(case.script, truth)
    wrong = [one for one in held if not one.agrees]
    # What only differs in details can matter too: a box a little too far to the left.
    order = [*wrong, *(one for one in held if one.agrees and not one.same)]
    # Where no model may be asked, the truth answers what is new.
    live = case.replayer.live or truth
    flips = tuple(
        Correction(one.number, one.step.line, _flip(one), 1.0, Edits(one.edit))
        for one in order
        if case.ends_right(Edits(one.edit), live)
    )
    found = Blame("unknown", "", True, wrong=tuple(one.wrong for one in wrong), flips=flips)
    if not case.ends_right(Edits(start=1), truth):
        # Asked anew like the program itself: what is said is that it would be right with every tool right.
        anew = (replace(one, edits=replace(one.edits, start=1)) for one in program_edits(case.script.program.source))
        edits = (one for one in anew if case.ends_right(one.edits, truth))
        mending = tuple(islice(edits, MAX_EDITS))
        hint = f" It would be right with {mending[0].told}." if mending else ""
        why = f"With every tool right, the program still answers wrong.{hint}{_also(found.wrong)}"
        line = mending[0].line if mending else stored_outcome(case.script).line
        return replace(found, stage="program", why=why, line=line, flips=(*mending, *flips))
    if not order:
        return replace(found, why="Every step is right, and so is the program: the run cannot be repeated.")
    if flips:
        first = min(flips, key=lambda one: (one.step not in {w.step for w in found.wrong}, one.step))
        others = _also(tuple(one for one in found.wrong if one.step != first.step))
        return replace(found, stage="tool", why=f"{first.told}.{others}", step=first.step, line=first.line)
    first = order[0]
    why = f"{_flip(first)}. {_needed(case, order, live)}"
    return replace(found, stage="tool", why=why, step=first.number, line=first.step.line)


def _needed(case: Case, order: Sequence[Held], live: Serves) -> str:
    """How many corrections it takes when no single one is enough."""
    edits: dict[int, Any] = {}
    for one in sorted(order, key=lambda one: one.number):
        edits.update(one.edit)
        if case.ends_right(Edits(edits), live):
            return f"It takes the corrections of the steps {', '.join(map(str, edits))} together."
    return "Correcting the steps that were taken is not enough: the program takes other steps then."


def _also(wrong: Sequence[Wrong]) -> str:
    if not wrong:
        return ""
    verb = "is" if len(wrong) == 1 else "are"
    return f" {', '.join(f'step {one.step}' for one in wrong).capitalize()} {verb} wrong, too."


def _flip(held: Held) -> str:
    return f"step {held.number}: {call_text(held.step)} → {result_text(held.step)}, where {_told(held.truth)} is right"


def _told(call: Call) -> str:
    return type(call.error).__name__ if call.error else describe(encode(call.value, _name), 200)


# -- with the expected answer alone


def _by_guess(case: Case, expected: Any) -> Blame:
    guesses = corrections(case.script, expected)[:MAX_REPLAYS]
    flips = tuple(one for one in guesses if case.ends_right(one.edits))
    if not flips:
        why = f"None of {len(guesses)} single changes that were tried leads to the expected answer."
        return Blame("unknown", why, False)
    best = _upstream(case.script, flips)
    flips = (best, *(one for one in flips if one is not best))
    others = f" {len(flips) - 1} other single changes would do, too." if len(flips) > 1 else ""
    why = f"{best.told}: the most likely of the changes that lead to the expected answer.{others}"
    return Blame("tool" if best.step else "program", why, False, best.step or None, best.line, (), flips)


def _upstream(script: Script, flips: Sequence[Correction]) -> Correction:
    """The likeliest change, or the likeliest of a step whose result it was made from: what came first is to blame."""
    best = flips[0]
    while best.step:
        step = script.step(best.step)
        above = [one for one in flips if 0 < one.step < best.step and _feeds(script.step(one.step), step)]
        if not above:
            break
        best = above[0]
    return best


def _feeds(earlier: Step, later: Step) -> bool:
    """Is the earlier step's result among the arguments of the later one, whole or one of its items?"""
    result: Any = earlier.result
    parts: list[Any] = [result, *(cast("list[Any]", result) if isinstance(result, list) else ())]
    return any(given == part for given in later.arguments.values() for part in parts if isinstance(part, list | dict))


def _name(image: Any) -> str:
    return image.source
