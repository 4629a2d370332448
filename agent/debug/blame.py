"""Blame: finds out whether the program or a tool made an answer wrong, at which step, and what would correct it.

With ground truth (a data set's oracle, or a person's corrections), each step is compared with the true result for the
same arguments, so an error in an earlier step never makes a later one wrong. With only the expected answer, the most
likely single change that leads to it is reported, marked as a guess.
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
"""Maximum number of program edits to report."""
MAX_REPLAYS = 400
"""Maximum number of guesses to try for one run."""
_OF_THE_PROGRAM = ("parse_error", "policy_error", "type_error", "crashed")


@dataclass(frozen=True)
class Wrong:
    """A wrong step: its number, and the recorded and the true result in words."""

    step: int
    said: str
    truth: str


@dataclass(frozen=True)
class Blame:
    """The cause of a wrong answer.

    stage: `none` for a correct answer, `unknown` if no single change corrects it.
    step: the number of the step to blame, or None. line: the line to blame, or 0.
    wrong: with ground truth, all wrong steps, in order.
    flips: single changes that correct the answer, best first.
    certain: whether there was ground truth.
    """

    stage: Stage
    why: str
    certain: bool
    step: int | None = None
    line: int = 0
    wrong: tuple[Wrong, ...] = ()
    flips: tuple[Correction, ...] = ()


def judge(scoring: Scoring, expected: Any) -> IsRight:
    """Whether an outcome is an answer with a score of at least 0.5."""
    return lambda outcome: outcome.kind == "ok" and scoring(outcome.answer, expected) >= 0.5


@dataclass(frozen=True)
class JudgedRun:
    """A run whose answer can be judged. replayer: its `live` executor serves calls that are not in the trace."""

    script: Script
    replayer: Replayer
    is_right: IsRight

    def ends_right(self, edits: Edits, live: Serves | None = None) -> bool:
        """Whether the run's answer is correct with these edits. An edit that the checker rejects gives no answer.

        live: serves calls that are not in the trace, instead of the replayer's own.
        """
        replayer = self.replayer if live is None else replace(self.replayer, live=live)
        try:
            return self.is_right(replayer.outcome(self.script, edits))
        except InputError:
            return False


def blame(case: JudgedRun, truth: Serves | None = None, expected: Any = None) -> Blame:
    """Find out why a run's answer is wrong.

    truth: an executor that returns the true result of each call; without it, guesses are tried.
    expected: the correct answer if it is a plain value, for the guesses.
    """
    stored = stored_outcome(case.script)
    if case.is_right(stored):
        return Blame("none", "The answer is correct.", truth is not None)
    found = _by_truth(case, truth) if truth else _by_guess(case, expected)
    if found.stage == "unknown" and stored.kind in _OF_THE_PROGRAM:
        return replace(found, stage="program", line=stored.line, why=f"The program failed: {stored.message}")
    return found


def stored_outcome(script: Script) -> Outcome:
    """The run's outcome, with its answer as a value."""
    end = script.view.end
    if end is None:
        return Outcome("crashed", message="The run was interrupted.")
    kind = "crashed" if end.outcome in ("llm_error", "input_error") else end.outcome
    return Outcome(kind, decode(end.answer, script.pictures), end.message, end.line)


# -- with ground truth


@dataclass(frozen=True)
class StepTruth:
    """A step compared with the truth. same: identical results; agrees: equivalent results."""

    number: int
    step: Step
    truth: Call
    same: bool
    agrees: bool

    @property
    def edit(self) -> dict[int, Any]:
        """The step with its true result."""
        return {self.number: self.truth.error or self.truth.value}

    @property
    def wrong(self) -> Wrong:
        """In words."""
        return Wrong(self.number, f"{call_text(self.step)} → {result_text(self.step)}", _told(self.truth))


def held_against(script: Script, truth: Serves) -> list[StepTruth]:
    """Compare each step with the true result for the same arguments."""
    found: list[StepTruth] = []
    for number, step in enumerate(script.steps, start=1):
        arguments = decode_all(step.arguments, script.pictures)
        said = as_error(step.error) if step.error else decode(step.result, script.pictures)
        known = truth.call(step.tool, (), arguments)
        true = known.error or known.value
        same = known.error is None and step.error is None and encode(known.value, _name) == step.result
        found.append(StepTruth(number, step, known, same, same or agree(said, true)))
    return found


def _by_truth(case: JudgedRun, truth: Serves) -> Blame:
    held = held_against(case.script, truth)
    wrong = [one for one in held if not one.agrees]
    # Small differences can matter too, such as a box a little too far to the left.
    order = [*wrong, *(one for one in held if one.agrees and not one.same)]
    # If no model is available, the truth serves new calls.
    live = case.replayer.live or truth
    flips = tuple(
        Correction(one.number, one.step.line, _flip(one), 1.0, Edits(one.edit))
        for one in order
        if case.ends_right(Edits(one.edit), live)
    )
    found = Blame("unknown", "", True, wrong=tuple(one.wrong for one in wrong), flips=flips)
    if not case.ends_right(Edits(start=1), truth):
        # Evaluated with true results only, since the claim is about the program with perfect tools.
        edited = (replace(one, edits=replace(one.edits, start=1)) for one in program_edits(case.script.program.source))
        edits = (one for one in edited if case.ends_right(one.edits, truth))
        fixes = tuple(islice(edits, MAX_EDITS))
        hint = f" It would be correct with {fixes[0].told}." if fixes else ""
        why = f"The program's answer is wrong even with correct results of all tools.{hint}{_also(found.wrong)}"
        line = fixes[0].line if fixes else stored_outcome(case.script).line
        return replace(found, stage="program", why=why, line=line, flips=(*fixes, *flips))
    if not order:
        return replace(found, why="All steps and the program are correct: the run is not reproducible.")
    if flips:
        first = min(flips, key=lambda one: (one.step not in {w.step for w in found.wrong}, one.step))
        others = _also(tuple(one for one in found.wrong if one.step != first.step))
        return replace(found, stage="tool", why=f"{first.told}.{others}", step=first.step, line=first.line)
    first = order[0]
    why = f"{_flip(first)}. {_needed(case, order, live)}"
    return replace(found, stage="tool", why=why, step=first.number, line=first.step.line)


def _needed(case: JudgedRun, order: Sequence[StepTruth], live: Serves) -> str:
    """Which corrections are needed together if no single one is enough."""
    edits: dict[int, Any] = {}
    for one in sorted(order, key=lambda one: one.number):
        edits.update(one.edit)
        if case.ends_right(Edits(edits), live):
            return f"Steps {', '.join(map(str, edits))} must be corrected together."
    return "Correcting the recorded steps is not enough: the program then takes different steps."


def _also(wrong: Sequence[Wrong]) -> str:
    if not wrong:
        return ""
    verb = "is" if len(wrong) == 1 else "are"
    return f" {', '.join(f'step {one.step}' for one in wrong).capitalize()} {verb} wrong, too."


def _flip(held: StepTruth) -> str:
    return f"step {held.number}: {call_text(held.step)} → {result_text(held.step)}, but {_told(held.truth)} is correct"


def _told(call: Call) -> str:
    return type(call.error).__name__ if call.error else describe(encode(call.value, _name), 200)


# -- with only the expected answer


def _by_guess(case: JudgedRun, expected: Any) -> Blame:
    guesses = corrections(case.script, expected)[:MAX_REPLAYS]
    flips = tuple(one for one in guesses if case.ends_right(one.edits))
    if not flips:
        why = f"None of the {len(guesses)} single changes tried leads to the expected answer."
        return Blame("unknown", why, False)
    best = _upstream(case.script, flips)
    flips = (best, *(one for one in flips if one is not best))
    others = f" {len(flips) - 1} other single changes would work, too." if len(flips) > 1 else ""
    why = f"{best.told}: the most likely single change that leads to the expected answer.{others}"
    return Blame("tool" if best.step else "program", why, False, best.step or None, best.line, (), flips)


def _upstream(script: Script, flips: Sequence[Correction]) -> Correction:
    """The likeliest change; or, if it depends on an earlier step, the likeliest change of that step."""
    best = flips[0]
    while best.step:
        step = script.step(best.step)
        above = [one for one in flips if 0 < one.step < best.step and _feeds(script.step(one.step), step)]
        if not above:
            break
        best = above[0]
    return best


def _feeds(earlier: Step, later: Step) -> bool:
    """Whether the earlier step's result, or one of its items, is an argument of the later one."""
    result: Any = earlier.result
    parts: list[Any] = [result, *(cast("list[Any]", result) if isinstance(result, list) else ())]
    return any(given == part for given in later.arguments.values() for part in parts if isinstance(part, list | dict))


def _name(image: Any) -> str:
    return image.source
