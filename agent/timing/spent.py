"""Where the time of many runs went: per stage, per tool and per model. One pass, and memory that stays flat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..traces.trace import Stored
from .critical_path import STAGES, Stage, by_stage, critical_path
from .quantiles import Busy, Spread
from .timeline import Moment, Timed

if TYPE_CHECKING:
    from rich.console import Console


class StageTime(Stored):
    """A stage (critical_path.py) of all runs: seconds in all, and of a run the median and the 95th percentile, to 0.5
    %.

    share: of the time of all runs. gain: how many times as fast they would be if it took no time, and nothing else took
    longer: with several runs at once, as many would then be under way.
    """

    stage: Stage
    seconds: float
    share: float
    median: float
    p95: float
    gain: float | None


class ToolUse(Stored):
    """A tool's calls. seconds: of its own work; waited: for which programs waited for it.

    batches: how many calls were served in batches of each size; mean_batch: calls for each time that it worked.
    cached: calls whose result was known, which `calls` does not count; ahead: calls made before the program asked.
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
    """How much a model was used. busy: seconds; share: of the time in which any run was under way.

    at_once: requests or calls that it worked on while it was busy, on average.
    """

    model: str
    busy: float
    share: float
    at_once: float


class BenchReport(Stored):
    """What `looksmith bench` says, all times in seconds.

    runs: that were read; unfinished: of these, runs without an end.
    wall: the time in which any run was under way; per_second: runs for each second of it; at_once: runs under way.
    bottleneck: the stage on which the runs spent most; null without any time.
    requests, prompt_tokens, completion_tokens: what the language model really answered; failed: requests without a
    reply; remembered: replies that it was not asked for. wasted: calls made ahead of programs that no program made.
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

    def add(self, step: Moment) -> None:
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
    """Adds up runs, which come in the order of their starts."""

    def __init__(self) -> None:
        self._runs = self._unfinished = 0
        self._seconds = dict.fromkeys(STAGES, 0.0)
        self._spreads = {stage: Spread() for stage in STAGES}
        self._tools: dict[str, _Tool] = {}
        self._wall = Busy()
        self._models: dict[str, Busy] = {}
        self._counts = Counter[str]()

    def add(self, run: Timed) -> None:
        """One more run."""
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

    def _note(self, moment: Moment, started: float) -> None:
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
        """What was added so far; nothing can be added after it."""
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
    """Where the time of runs went, which come in the order of their starts."""
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
        gain = "-" if one.gain is None else f"{one.gain:.2f} x as fast"
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
    unfinished = f", {report.unfinished:,} of them without an end" if report.unfinished else ""
    return [
        f"{report.runs:,} run{'s' * (report.runs != 1)}{unfinished}: {report.wall:,.2f} s, "
        f"{report.per_second:,.2f} a second, {report.at_once:.1f} at once",
        f"LLM: {report.requests:,} replies, {report.remembered:,} remembered, {report.failed:,} that never came, "
        f"{report.prompt_tokens:,} tokens read, {report.completion_tokens:,} written",
        f"calls made ahead for nothing: {report.wasted:,}",
    ]


def _short(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def _sizes(batches: dict[int, int], most: int = 4) -> str:
    """The sizes of batches with how many calls were in such, the most frequent ones: `32: 640, 5: 5`."""
    frequent = sorted(batches.items(), key=lambda item: -item[1])
    return ", ".join([f"{size}: {count:,}" for size, count in frequent[:most]] + ["…"] * (len(frequent) > most))
