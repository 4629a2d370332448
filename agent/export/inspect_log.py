"""An evaluation as a log of inspect_ai, which `inspect view` opens: a sample for each question, with its run's events.

Requests to the language model become model events, calls of tools tool events, refused programs notes. Needs
`pip install 'looksmith[inspect]'`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...tools.core.errors import InputError
from ...tools.core.packages import require
from ..evaluate.evaluation import Row
from ..evaluate.folder import EvalRecord
from ..pages.photos import embedded_photo
from ..reading.said import answer_text
from ..reading.view import RunView, result_text, view_of
from ..traces.encode import describe
from ..traces.trace import Attempt, Check, Step
from .files import written
from .pick import Evaluated

if TYPE_CHECKING:
    from inspect_ai.event import Event
    from inspect_ai.log import EvalLog, EvalSample
    from inspect_ai.model import ModelUsage

SCORER = "looksmith"
_PICTURE = 512
"""Longer side of the image of a sample, in pixels."""


def inspect_log(evaluation: Evaluated, path: Path) -> Path:
    """Write the log: `.eval`, or `.json` by its name. Raises InputError, PrerequisiteError without inspect_ai."""
    require("inspect", "inspect_ai")
    if path.suffix not in (".eval", ".json"):
        raise InputError(f"{path} ends in neither .eval nor .json.", hint="inspect_ai chooses the format by the name.")
    from inspect_ai.log import write_eval_log

    with written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_eval_log(_log(evaluation), str(path))
    return path


def _log(evaluation: Evaluated) -> EvalLog:
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalMetric, EvalResults, EvalScore, EvalSpec, EvalStats

    record, rows = evaluation.folder.record, evaluation.rows
    plan, n = record.plan, len(rows)
    name = " ".join(filter(None, (plan.dataset, plan.split)))
    spec = EvalSpec(
        created=record.started.isoformat(),
        task=name,
        model=f"{SCORER}/{plan.model}",
        dataset=EvalDataset(name=plan.dataset, samples=plan.n, sample_ids=[row.id for row in rows]),
        config=EvalConfig(),
        packages=record.versions,
        metadata={"command": record.command, "commit": record.commit, "plan": plan.model_dump()},
    )
    accuracy = EvalMetric(name="accuracy", value=sum(row.score for row in rows) / n if n else 0.0)
    answered = EvalMetric(name="answered", value=sum(row.outcome == "ok" for row in rows) / n if n else 0.0)
    score = EvalScore(name=SCORER, scorer=SCORER, metrics={one.name: one for one in (accuracy, answered)})
    results = EvalResults(total_samples=plan.n, completed_samples=n, scores=[score])
    samples = [_sample(evaluation.folder.runs.root, record, row) for row in rows]
    ends = [sample.completed_at for sample in samples if sample.completed_at]
    stats = EvalStats(started_at=record.started.isoformat(), completed_at=max(ends, default=record.started.isoformat()))
    status = "success" if n >= plan.n else "started"
    return EvalLog(status=status, eval=spec, results=results, stats=stats, samples=samples)


def _sample(runs: Path, record: EvalRecord, row: Row) -> EvalSample:
    from inspect_ai.log import EvalSample
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, ContentImage, ContentText, ModelOutput
    from inspect_ai.scorer import Score

    run = view_of(runs, row.run)
    picture = _picture(run) if run else ""
    content: list[Any] = [ContentText(text=row.question), *([ContentImage(image=picture)] if picture else [])]
    asked = ChatMessageUser(content=content)
    said = answer_text(row.answer) if row.outcome == "ok" else f"{row.outcome}: {row.message}"
    program = [ChatMessageAssistant(content=f"```python\n{run.source}\n```")] if run and run.source else []
    started = run.run.record.started if run else record.started
    about = {"kind": row.kind, **row.facets, "image": row.image, "outcome": row.outcome, "run": row.run}
    return EvalSample(
        id=row.id,
        epoch=1,
        input=[asked],
        target=_target(row.expected),
        messages=[asked, *program, ChatMessageAssistant(content=said)],
        output=ModelOutput.from_content(record.plan.model, said),
        scores={SCORER: Score(value=row.score, answer=said, explanation=row.message or None)},
        metadata=about | {"confidence": row.confidence},
        events=list(_events(run)) if run else [],
        model_usage={record.plan.model: _usage(row)},
        started_at=started.isoformat(),
        completed_at=(started + timedelta(seconds=row.timing.total)).isoformat(),
        total_time=row.timing.total,
    )


def _usage(spent: Row | Attempt) -> ModelUsage:
    from inspect_ai.model import ModelUsage

    into, out = spent.prompt_tokens, spent.completion_tokens
    return ModelUsage(input_tokens=into, output_tokens=out, total_tokens=into + out)


def _target(expected: Any) -> str | list[str]:
    match expected:
        case [*several]:
            return [answer_text(one) for one in several]
        case {"answer": answer}:
            return answer_text(answer)
        case _:
            return answer_text(expected)


def _picture(run: RunView) -> str:
    try:
        return embedded_photo(run.run, run.run.record.image, _PICTURE)
    except (InputError, OSError):
        return ""


def _events(run: RunView) -> Iterator[Event]:
    start = run.run.record.started
    for event in run.run.events:
        if isinstance(event, Attempt):
            yield _model_event(event, start)
        elif isinstance(event, Step):
            yield _tool_event(event, start)
        elif isinstance(event, Check) and event.diagnostics:
            from inspect_ai.event import InfoEvent

            data: dict[str, Any] = {"program": event.source, "refused": [one.render() for one in event.diagnostics]}
            yield InfoEvent(source="check", data=data)


def _model_event(event: Attempt, start: datetime) -> Event:
    from inspect_ai.event import ModelEvent
    from inspect_ai.model import (
        ChatMessageAssistant,
        ChatMessageSystem,
        ChatMessageUser,
        GenerateConfig,
        ModelOutput,
    )

    kinds = {"system": ChatMessageSystem, "assistant": ChatMessageAssistant}
    output = ModelOutput.from_content(event.model, event.reply)
    output.usage, output.time = _usage(event), event.seconds
    return ModelEvent(
        model=event.model or "language model",
        input=[kinds.get(one["role"], ChatMessageUser)(content=one["content"]) for one in event.messages],
        tools=[],
        tool_choice="none",
        config=GenerateConfig(temperature=event.temperature, num_choices=max(len(event.samples), 1)),
        output=output,
        error=event.error or None,
        timestamp=start + timedelta(seconds=event.at),
    )


def _tool_event(event: Step, start: datetime) -> Event:
    from inspect_ai.event import ToolEvent
    from inspect_ai.tool import ToolCallError

    error = ToolCallError("unknown", f"{event.error.kind}: {event.error.message}") if event.error else None
    return ToolEvent(
        id=str(event.id),
        function=event.tool,
        arguments={name: _plain(value) for name, value in event.arguments.items()},
        result=result_text(event),
        error=error,
        timestamp=start + timedelta(seconds=event.at),
        metadata={"line": event.line, "backend": event.backend, "cached": event.cached},
    )


def _plain(value: Any) -> Any:
    """An argument as it is, or in words: images and boxes are long."""
    return value if isinstance(value, str | int | float | bool | None) else describe(value)
