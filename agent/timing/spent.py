"""Sums up the time of many runs by stage, tool and model, in one pass and constant memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..traces.trace import Stored
from .critical_path import STAGES, Stage, by_stage, critical_path
from .quantiles import Busy, Spread
from .timeline import EventTimes, Timed

if TYPE_CHECKING:
    from rich.console import Console


class StageTime(Stored):
    """A stage (critical_path.py): seconds in total, and the median and 95th percentile per run, to 0.5 %.

    share: of the time of all runs. gain: the speed-up if this stage took no time and everything else were unchanged,
        including the number of parallel runs.
    """

    stage: Stage
    seconds: float
    share: float
    median: float
    p95: float
    gain: float | None


class ToolUse(Stored):
    """A tool's calls. seconds: of its own work; waited: seconds that programs waited for it.

    batches: number of calls by batch size; mean_batch: calls per batch.
    cached: calls with a cached result, not included in `calls`; ahead: calls that started early.
    """

    tool: str
    backend: str
    calls: int
    seconds: float
    waited: float
    mean_batch: float | None
    batches: dict[int, int]
    cached: int
    ahead: int


class ModelUse(Stored):
    """Utilization of a model. busy: seconds; share: of the time with at least one active run.

    at_once: mean number of parallel requests or calls while busy.
    """

    model: str
    busy: float
    share: float
    at_once: float


class BenchReport(Stored):
    """The report of `looksmith bench`; all times in seconds.

    runs: number read; unfinished: those without an end.
    wall: time with at least one active run; per_second: runs per second of it; at_once: mean number of parallel runs.
    bottleneck: the stage with the most time; null if there is none.
    requests, prompt_tokens, completion_tokens: of actual replies by the language model; failed: requests without a
        reply; remembered: cached replies. wasted: early calls that no program made.
    """

    runs: int
    unfinished: int
    wall: float
    per_second: float
    at_once: float
    seconds: float
    bottleneck: Stage | None
    stages: list[StageTime]
    tools: list[ToolUse]
    models: list[ModelUse]
    requests: int
    failed: int
    remembered: int
    prompt_tokens: int
    completion_tokens: int
    wasted: int


@dataclass
class _Tool:
    backend: str
    batches: Counter[int] = field(default_factory=Counter[int])
    seconds: float = 0.0
    waited: float = 0.0
    cached: int = 0
    ahead: int = 0

    def add(self, step: EventTimes) -> None:
        self.waited += step.took
        self.cached += step.cached
        self.ahead += step.ahead
        if not step.cached:
            self.batches[max(step.batch, 1)] += 1
            self.seconds += step.worked / max(step.batch, 1)

    def told(self, name: str) -> ToolUse:
        calls = self.batches.total()
        worked = sum(count / size for size, count in self.batches.items())
        return ToolUse(
            tool=name,
            backend=self.backend,
            calls=calls,
            seconds=self.seconds,
            waited=self.waited,
            mean_batch=calls / worked if calls else None,
            batches=dict(sorted(self.batches.items())),
            cached=self.cached,
            ahead=self.ahead,
        )


class Spent:
    """Sums up runs, which must be added in order of their start."""

    def __init__(self) -> None:
        self._runs = self._unfinished = 0
        self._seconds = dict.fromkeys(STAGES, 0.0)
        self._spreads = {stage: Spread() for stage in STAGES}
        self._tools: dict[str, _Tool] = {}
        self._wall = Busy()
        self._models: dict[str, Busy] = {}
        self._counts = Counter[str]()

    def add(self, run: Timed) -> None:
        """Add a run."""
        self._runs += 1
        self._unfinished += run.outcome is None
        spent = by_stage(critical_path(run))
        for stage in STAGES:
            self._seconds[stage] += spent[stage]
            self._spreads[stage].add(spent[stage])
        for busy in (self._wall, *self._models.values()):
            busy.advance(run.started)
        self._wall.add(run.started, run.started + run.total)
        for moment in run.moments:
            self._note(moment, run.started)

    def _note(self, moment: EventTimes, started: float) -> None:
        if moment.kind == "step":
            self._tools.setdefault(moment.tool, _Tool(moment.backend)).add(moment)
        elif moment.kind == "attempt":
            kind = "failed" if moment.error else "requests" if moment.is_asked else "remembered"
            self._counts[kind] += 1
            self._counts["prompt_tokens"] += moment.prompt_tokens
            self._counts["completion_tokens"] += moment.completion_tokens
        self._counts["wasted"] += moment.wasted
        if moment.is_asked:
            start, end = moment.service
            self._models.setdefault(moment.of_model, Busy()).add(started + start, started + end)

    def report(self) -> BenchReport:
        """The report; afterwards, nothing can be added."""
        for busy in (self._wall, *self._models.values()):
            busy.advance()
        total, wall = sum(self._seconds.values()), self._wall.busy
        longest = max(STAGES, key=lambda stage: self._seconds[stage])
        models = sorted(self._models.items(), key=lambda item: -item[1].busy)
        tools = sorted(self._tools.items(), key=lambda item: -item[1].seconds)
        names = ("requests", "failed", "remembered", "prompt_tokens", "completion_tokens", "wasted")
        return BenchReport(
            runs=self._runs,
            unfinished=self._unfinished,
            wall=wall,
            per_second=self._runs / wall if wall else 0.0,
            at_once=self._wall.at_once,
            seconds=total,
            bottleneck=longest if total else None,
            stages=[self._stage(stage, total) for stage in STAGES],
            tools=[tool.told(name) for name, tool in tools],
            models=[
                ModelUse(model=name, busy=one.busy, share=one.busy / wall if wall else 0.0, at_once=one.at_once)
                for name, one in models
            ],
            **{name: self._counts[name] for name in names},
        )

    def _stage(self, stage: Stage, total: float) -> StageTime:
        seconds, spread = self._seconds[stage], self._spreads[stage]
        left = total - seconds
        return StageTime(
            stage=stage,
            seconds=seconds,
            share=seconds / total if total else 0.0,
            median=spread.quantile(0.5),
            p95=spread.quantile(0.95),
            gain=total / left if left > 0 else None,
        )


def measure(runs: Iterable[Timed]) -> BenchReport:
    """The report for runs in order of their start."""
    spent = Spent()
    for run in runs:
        spent.add(run)
    return spent.report()


def print_bench(console: Console, report: BenchReport) -> None:
    """The report as tables."""
    from rich.table import Table
    from rich.text import Text

    def table(*headings: str) -> Table:
        made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for number, heading in enumerate(headings):
            made.add_column(heading, justify="right" if number else "left")
        return made

    for line in _summary(report):
        console.print(Text(line, overflow="fold"))
    stages = table("stage", "seconds", "share", "median", "95 %", "if it were free")
    for one in report.stages:
        gain = "-" if one.gain is None else f"{one.gain:.2f} x faster"
        name = f"{one.stage} *" if one.stage == report.bottleneck else one.stage
        stages.add_row(name, f"{one.seconds:,.2f}", f"{one.share:.1%}", _short(one.median), _short(one.p95), gain)
    console.print(stages)
    if report.tools:
        tools = table("tool", "model", "calls", "seconds", "waited", "mean batch", "batches", "known", "ahead")
        for tool in report.tools:
            mean = "-" if tool.mean_batch is None else f"{tool.mean_batch:.1f}"
            row = (f"{tool.seconds:,.2f}", f"{tool.waited:,.2f}", mean, _sizes(tool.batches))
            named = (Text(tool.tool), Text(tool.backend))
            tools.add_row(*named, f"{tool.calls:,}", *row, f"{tool.cached:,}", f"{tool.ahead:,}")
        console.print(tools)
    if report.models:
        models = table("model", "busy", "share of the time", "at once")
        for model in report.models:
            models.add_row(Text(model.model), f"{model.busy:,.2f}", f"{model.share:.1%}", f"{model.at_once:.1f}")
        console.print(models)


def _summary(report: BenchReport) -> list[str]:
    unfinished = f", {report.unfinished:,} of them unfinished" if report.unfinished else ""
    return [
        f"{report.runs:,} run{'s' * (report.runs != 1)}{unfinished}: {report.wall:,.2f} s, "
        f"{report.per_second:,.2f} per second, {report.at_once:.1f} in parallel",
        f"LLM: {report.requests:,} replies, {report.remembered:,} cached, {report.failed:,} failed, "
        f"{report.prompt_tokens:,} tokens in, {report.completion_tokens:,} out",
        f"unused early calls: {report.wasted:,}",
    ]


def _short(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def _sizes(batches: dict[int, int], most: int = 4) -> str:
    """The most frequent batch sizes with their numbers of calls: `32: 640, 5: 5`."""
    frequent = sorted(batches.items(), key=lambda item: -item[1])
    return ", ".join([f"{size}: {count:,}" for size, count in frequent[:most]] + ["…"] * (len(frequent) > most))
