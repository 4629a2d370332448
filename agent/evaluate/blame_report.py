"""The causes of a data set's wrong answers: each tool's error rate, and the accuracy with a perfect tool."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...sandbox.outcome import Outcome
from ...tools.core.errors import InputError
from ...tools.engine.executor import Serves
from ..debug.blame import JudgedRun, Stage, StepTruth, blame, held_against, stored_outcome
from ..debug.replay import Edits, Replayer, Script
from ..traces.runs import StoredRun
from ..traces.trace import Stored
from .intervals import Interval, wilson

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Judged:
    """A run to judge. is_right: judges an outcome; expected: the answer from the data set."""

    id: str
    run: StoredRun
    is_right: Callable[[Outcome], bool]
    expected: Any


class ToolErrors(Stored):
    """A tool's error rate. calls: without cached ones.

    rate: fraction of wrong calls, with its 95 % interval (Wilson; calls are assumed independent).
    if_perfect: accuracy if only this tool made no errors; null if it was never wrong.
    """

    tool: str
    backend: str
    calls: int
    wrong: int
    rate: float
    interval: Interval | None
    if_perfect: float | None


class Blamed(Stored):
    """A wrong answer: the stage and the step to blame, and the reason."""

    id: str
    run: str
    question: str
    stage: Stage
    step: int | None
    line: int
    why: str


class BlameReport(Stored):
    """The error table of a data set. Rates are 0 to 1.

    n: runs; accuracy: measured. stages: number of wrong answers caused by the program, a tool, or neither.
    program_rate: fraction of programs whose answer is wrong even with perfect tools.
    predicted: mean over the runs of (1 - program_rate) times the product of (1 - rate) over their calls, which assumes
        that errors are independent, and that every error is fatal.
    if_tools_perfect: accuracy with perfect tools.
    """

    n: int
    accuracy: float
    interval: Interval | None
    stages: dict[Stage, int]
    program_rate: float
    predicted: float
    if_tools_perfect: float
    tools: list[ToolErrors]
    wrong: list[Blamed]


def blame_all(
    judged: Iterable[Judged], replayer: Replayer, truth: Serves, tell: Callable[[int], None] = lambda _: None
) -> BlameReport:
    """Judge every step of every run by the ground truth, and find the cause of wrong answers.

    tell: a callback that receives the number of finished runs.
    """
    found: list[_One] = []
    for number, one in enumerate(judged, start=1):
        found.append(_judge(one, replayer, truth))
        tell(number)
    if not found:
        raise InputError("No runs to judge.")
    return _report(found, replayer, truth)


@dataclass(frozen=True)
class _One:
    """A judged run. case: None if none of its programs ran; perfect: whether it is correct with perfect tools."""

    judged: Judged
    case: JudgedRun | None
    held: Sequence[StepTruth]
    right: bool
    perfect: bool
    blamed: Blamed | None


def _judge(one: Judged, replayer: Replayer, truth: Serves) -> _One:
    record = one.run.record
    told = {"id": one.id, "run": record.id, "question": record.question}
    try:
        script = Script.of(one.run)
    except InputError as error:
        why = f"No program ran: {record.message or error}"
        never = Blamed(**told, stage="program", step=None, line=0, why=why)
        return _One(one, None, (), False, False, never)
    case = JudgedRun(script, replayer, one.is_right)
    right = one.is_right(stored_outcome(script))
    perfect = case.ends_right(Edits(start=1), truth)
    if right:
        return _One(one, case, held_against(script, truth), True, perfect, None)
    found = blame(case, truth, one.expected)
    blamed = Blamed(**told, stage=found.stage, step=found.step, line=found.line, why=found.why)
    return _One(one, case, held_against(script, truth), False, perfect, blamed)


def _report(found: Sequence[_One], replayer: Replayer, truth: Serves) -> BlameReport:
    n, right = len(found), sum(one.right for one in found)
    held = [step for one in found for step in _asked(one.held)]
    calls, wrong = Counter(step.step.tool for step in held), Counter(s.step.tool for s in held if not s.agrees)
    rates = {tool: wrong[tool] / count for tool, count in calls.items()}
    program_rate = sum(not one.perfect for one in found) / n
    stages: Counter[Stage] = Counter(one.blamed.stage for one in found if one.blamed)
    backends = {step.step.tool: step.step.backend for step in held}
    tools = [
        ToolErrors(
            tool=tool,
            backend=backends[tool],
            calls=count,
            wrong=wrong[tool],
            rate=rates[tool],
            interval=wilson(wrong[tool], count),
            if_perfect=_if_perfect(found, tool, truth) if wrong[tool] else None,
        )
        for tool, count in calls.most_common()
    ]
    return BlameReport(
        n=n,
        accuracy=right / n,
        interval=wilson(right, n),
        stages=dict(stages.most_common()),
        program_rate=program_rate,
        predicted=sum(_chance(one, rates) for one in found) * (1 - program_rate) / n,
        if_tools_perfect=sum(one.perfect for one in found) / n,
        tools=sorted(tools, key=lambda one: -one.rate),
        wrong=[one.blamed for one in found if one.blamed],
    )


def _chance(one: _One, rates: dict[str, float]) -> float:
    """The probability that no call of a run is wrong, given the tools' error rates."""
    product = 1.0
    for step in _asked(one.held):
        product *= 1 - rates[step.step.tool]
    return product


def _asked(steps: Sequence[StepTruth]) -> list[StepTruth]:
    """The steps that do not repeat an earlier step of the run; results cached from other runs count."""
    asked, before = list[StepTruth](), set[str]()
    for step in steps:
        key = json.dumps([step.step.tool, step.step.arguments], sort_keys=True)
        if not (step.step.cached and key in before):
            asked.append(step)
        before.add(key)
    return asked


def _if_perfect(found: Sequence[_One], tool: str, truth: Serves) -> float:
    """Accuracy with one tool perfect; new calls that result are served by the live executor."""
    return sum(_right_with(one.case, tool, truth) if one.case else one.right for one in found) / len(found)


def _right_with(case: JudgedRun, tool: str, truth: Serves) -> bool:
    replayer = case.replayer if case.replayer.live else replace(case.replayer, live=truth)
    try:
        outcome = replayer.outcome(case.script, Edits(), lambda name: truth if name == tool else None)
    except InputError:
        return False
    return case.is_right(outcome)


def print_blame(console: Console, report: BlameReport, most: int = 20) -> None:
    """The error table as text, followed by up to `most` wrong answers."""
    from rich.table import Table
    from rich.text import Text

    console.print(f"{report.n} runs, {_share(report.accuracy, report.interval)} correct")
    stages = ", ".join(f"{count} {stage}" for stage, count in report.stages.items())
    console.print(f"wrong by stage: {stages or 'none'}")
    console.print(
        f"programs wrong with perfect tools: {report.program_rate:.1%}; "
        f"accuracy predicted from error rates {report.predicted:.1%}; with perfect tools {report.if_tools_perfect:.1%}"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("tool", "calls", "wrong", "error rate (95 %)", "accuracy if perfect"):
        table.add_column(heading, justify="left" if heading == "tool" else "right")
    for one in report.tools:
        gain = "" if one.if_perfect is None else f"{one.if_perfect:.1%}"
        table.add_row(one.tool, str(one.calls), str(one.wrong), _share(one.rate, one.interval), gain)
    console.print(table)
    for blamed in report.wrong[:most]:
        console.print(Text(f"{blamed.run}  {blamed.stage}: {blamed.why}", overflow="fold"))
    if len(report.wrong) > most:
        console.print(f"and {len(report.wrong) - most} more (use --json for all)")


def _share(share: float, interval: Interval | None) -> str:
    return f"{share:.1%}" + (f" ({interval[0]:.1%} to {interval[1]:.1%})" if interval else "")
