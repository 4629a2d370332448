"""Runs the baselines of an evaluation, each an evaluation of its own in the folder `baselines/`."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ...tools.core.errors import PrerequisiteError
from ..compare.paired import Paired, paired
from ..compare.terminal import difference, told_p
from ..datasets.data_set import DataSet
from ..evaluate.evaluation import Engine, Evaluation, Row
from ..evaluate.folder import EvalRecord, open_folder
from ..evaluate.shares import ByImage, Share
from ..llm.llm import LLM
from ..setup.settings import Settings
from ..traces.runs import Runs
from ..traces.trace import Stored
from .blind import Blind
from .both import Both, why
from .fixed import Fixed, Guesser, caption_program, vlm_program

if TYPE_CHECKING:
    from rich.console import Console

Name = Literal["blind", "caption", "vlm"]
NAMES: Sequence[Name] = ("blind", "caption", "vlm")
_NEEDS: Mapping[Name, str] = {"caption": "CAPTION", "vlm": "VQA"}


class Against(Stored):
    """A system on the same questions. right: its accuracy; paired: the program (left) against it (right).

    name: program, a baseline, or `program, then vlm`.
    """

    name: str
    right: Share
    answered: int
    paired: Paired | None


class Baselines(Stored):
    """The contents of `baselines.json`."""

    systems: list[Against]


@dataclass(frozen=True)
class BaselineInputs:
    """The inputs of baselines: a finished evaluation, its data, and the models. report: called with each row."""

    evaluation: Evaluation
    data: DataSet
    settings: Settings
    llm: LLM
    concurrency: int
    report: Callable[[Row], None]


def run_baselines(asked: BaselineInputs, names: Sequence[Name]) -> Baselines:
    """Run or resume these baselines, and compare. Raises PrerequisiteError if a model is missing."""
    programs = {row.id: row for row in asked.evaluation.rows()}
    found: dict[str, Mapping[str, Row]] = {"program": programs}
    for name in names:
        found[name] = _rows(asked, name, _engine(asked, name, programs))
    if "vlm" in found:
        found["program, then vlm"] = _rows(asked, "both", Both(programs, found["vlm"]))
    told = Baselines(systems=[_against(name, rows, programs) for name, rows in found.items()])
    path = asked.evaluation.folder.path / "baselines.json"
    path.write_text(told.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return told


def _engine(asked: BaselineInputs, name: Name, programs: Mapping[str, Row]) -> Engine:
    if name == "blind":
        return Blind(asked.data.records)
    bench = _profile_alone(asked.settings).bench([Guesser(asked.llm)] if name == "caption" else ())
    _require(name, bench.registry)
    source = vlm_program if name == "vlm" else caption_program
    folder = asked.evaluation.folder.path / "baselines" / name / "runs"
    return Fixed(replace(bench, runs=Runs(folder)), source, asked.concurrency, programs, why)


def require_models(settings: Settings, names: Sequence[Name]) -> None:
    """Check, before hours of work, that the profile serves what these baselines need. Raises PrerequisiteError."""
    for name in names:
        if name in _NEEDS:
            _require(name, _profile_alone(settings).registry(ready=True))


def _require(name: Name, registry: Container[str]) -> None:
    if _NEEDS[name] not in registry:
        hint = "Choose a profile with a vision-language model: --profile one or hub."
        raise PrerequisiteError(f"--baseline {name} needs {_NEEDS[name]}, which the profile does not serve.", hint=hint)


def _profile_alone(settings: Settings) -> Settings:
    """Baselines look at pixels with the profile's own tools, whatever the programs had."""
    return replace(settings, scenes=None, truths=None, installed=True, tool_files=())


def _rows(asked: BaselineInputs, name: str, engine: Engine) -> dict[str, Row]:
    """The rows of a baseline, including those that exist already."""
    record = _record(asked.evaluation.folder.record, name)
    place = asked.evaluation.folder.path
    folder = open_folder(place, record, place / "baselines" / name, "auto", lambda _: None)
    evaluation = Evaluation(folder, asked.data.records, engine)
    evaluation.run(asked.report)
    return {row.id: row for row in evaluation.rows()}


def _record(record: EvalRecord, name: str) -> EvalRecord:
    options = {**record.plan.options, "baseline": name}
    return record.model_copy(update={"plan": record.plan.model_copy(update={"options": options})})


def _against(name: str, rows: Mapping[str, Row], programs: Mapping[str, Row]) -> Against:
    images = ByImage()
    for row in rows.values():
        images.add(row.image, row.score)
    answered = sum(row.outcome == "ok" for row in rows.values())
    if name == "program":
        return Against(name=name, right=images.share, answered=answered, paired=None)
    both = [(programs[id], row) for id, row in rows.items() if id in programs]
    scores = ((row.image, program.score, row.score) for program, row in both)
    return Against(name=name, right=images.share, answered=answered, paired=paired(scores))


def print_baselines(console: Console, told: Baselines) -> None:
    """Print a row for each system."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "right (95 %)", "answered", "against the program", "p"):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for one in told.systems:
        share, ends = one.right.accuracy or 0.0, one.right.interval
        right = f"{share:.1%}" + (f" ({100 * ends[0]:.1f} to {100 * ends[1]:.1f})" if ends else "")
        p = "" if one.paired is None or one.paired.p is None else told_p(one.paired.p).removeprefix("= ")
        table.add_row(one.name, right, f"{one.answered:,}", difference(one.paired) if one.paired else "", p)
    console.print(table)
