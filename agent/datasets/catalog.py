"""The known data sets: what each one asks, how it is measured, where it is to be had, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError
from .choices.a_okvqa import a_okvqa, a_okvqa_choice
from .choices.blink import blink, blink_row
from .choices.cv_bench import cv_bench, cv_bench_row
from .choices.next_qa import next_qa
from .choices.vstar import vstar
from .data_set import DataSet, Figures, no_figures
from .folder import Given
from .own_file import jsonl
from .questions.clevr import clevr
from .questions.covr import covr
from .questions.easy_vqa import easy_vqa
from .questions.gqa import gqa
from .questions.refcoco import refcoco, refcoco_row
from .questions.tallyqa import tallyqa
from .questions.vqa import vqa, vqa_row
from .records import Record
from .statements import winoground as wino
from .statements.nlvr import nlvr
from .statements.nlvr2 import nlvr2
from .statements.sugarcrepe import sugarcrepe
from .tables import streamed

Load = Callable[[Given], tuple[DataSet, Iterable[Record]]]
ReadRow = Callable[[Given, str, Mapping[str, Any]], Iterator[Record]]


@dataclass(frozen=True)
class Hub:
    """Where a data set is on the Hugging Face hub. split: the usual one; configs: "" for the default one."""

    name: str
    split: str
    read: ReadRow
    configs: tuple[str, ...] = ("",)
    figures: Figures = no_figures


@dataclass(frozen=True)
class KnownDataSet:
    """A data set. task, metric, licence (of its annotations; images have their own): for people. home: its address."""

    name: str
    task: str
    metric: str
    licence: str
    home: str
    load: Load
    hub: Hub | None = None


_PAGE = "see its page"
_BLINK = (
    *("Art_Style", "Counting", "Forensic_Detection", "Functional_Correspondence", "IQ_Test", "Jigsaw"),
    *("Multi-view_Reasoning", "Object_Localization", "Relative_Depth", "Relative_Reflectance"),
    *("Semantic_Correspondence", "Spatial_Relation", "Visual_Correspondence", "Visual_Similarity"),
)
_ALL = (
    KnownDataSet(
        "gqa",
        "questions made from scene graphs",
        "accuracy; consistency, validity, plausibility, distribution",
        _PAGE,
        "https://cs.stanford.edu/people/dorarad/gqa/",
        gqa,
    ),
    KnownDataSet(
        "vqav2",
        "open questions",
        "VQA accuracy (ten answers, one left out)",
        "CC BY 4.0",
        "https://visualqa.org/download.html",
        vqa,
        Hub("lmms-lab/VQAv2", "validation", vqa_row),
    ),
    KnownDataSet(
        "ok-vqa",
        "open questions that need knowledge",
        "VQA accuracy (ten answers, one left out)",
        _PAGE,
        "https://okvqa.allenai.org/",
        vqa,
    ),
    KnownDataSet(
        "a-okvqa",
        "open questions that need knowledge",
        "a third for each person who agrees",
        _PAGE,
        "https://github.com/allenai/aokvqa",
        a_okvqa,
    ),
    KnownDataSet(
        "a-okvqa-choice",
        "the same, four choices",
        "accuracy",
        _PAGE,
        "https://github.com/allenai/aokvqa",
        a_okvqa_choice,
    ),
    KnownDataSet(
        "refcoco",
        "find what an expression means",
        "acc@0.5 (IoU)",
        _PAGE,
        "https://github.com/lichengunc/refer",
        refcoco,
        Hub("lmms-lab/RefCOCO", "val", refcoco_row),
    ),
    KnownDataSet(
        "refcoco+",
        "the same, without words for places",
        "acc@0.5 (IoU)",
        _PAGE,
        "https://github.com/lichengunc/refer",
        refcoco,
    ),
    KnownDataSet(
        "refcocog",
        "the same, longer expressions",
        "acc@0.5 (IoU)",
        _PAGE,
        "https://github.com/lichengunc/refer",
        refcoco,
        Hub("lmms-lab/RefCOCOg", "val", refcoco_row),
    ),
    KnownDataSet(
        "tallyqa",
        "counting, simple and complex",
        "accuracy; RMSE",
        _PAGE,
        "https://github.com/manoja328/TallyQA_dataset",
        tallyqa,
    ),
    KnownDataSet(
        "nlvr",
        "statements about drawn boxes",
        "accuracy; consistency",
        _PAGE,
        "https://lil.nlp.cornell.edu/nlvr/",
        nlvr,
    ),
    KnownDataSet(
        "nlvr2",
        "statements about two photos",
        "accuracy; consistency",
        _PAGE,
        "https://lil.nlp.cornell.edu/nlvr/",
        nlvr2,
    ),
    KnownDataSet(
        "covr", "questions about up to five photos", "accuracy", "MIT", "https://covr-dataset.github.io/", covr
    ),
    KnownDataSet(
        "clevr",
        "questions about rendered scenes",
        "accuracy by kind",
        "CC BY 4.0",
        "https://cs.stanford.edu/people/jcjohns/clevr/",
        clevr,
    ),
    KnownDataSet(
        "winoground",
        "two captions, two images",
        "text, image and group score",
        "Meta's, for research",
        "https://huggingface.co/datasets/facebook/winoground",
        wino.winoground,
        Hub("facebook/winoground", "test", wino.winoground_row, figures=wino.figures),
    ),
    KnownDataSet(
        "sugarcrepe",
        "a caption and a hard negative",
        "text score",
        "MIT",
        "https://github.com/RAIVNLab/sugar-crepe",
        sugarcrepe,
    ),
    KnownDataSet(
        "vstar",
        "small things in large photos, choices",
        "accuracy by category",
        _PAGE,
        "https://huggingface.co/datasets/craigwu/vstar_bench",
        vstar,
    ),
    KnownDataSet(
        "blink",
        "14 perceptual tasks, choices",
        "accuracy by task",
        "Apache-2.0",
        "https://huggingface.co/datasets/BLINK-Benchmark/BLINK",
        blink,
        Hub("BLINK-Benchmark/BLINK", "val", blink_row, _BLINK),
    ),
    KnownDataSet(
        "next-qa",
        "videos, five choices",
        "accuracy by type",
        _PAGE,
        "https://github.com/doc-doc/NExT-QA",
        next_qa,
    ),
    KnownDataSet(
        "cv-bench",
        "counts, relations, depth, distance; choices",
        "accuracy by task and source",
        "Apache-2.0",
        "https://huggingface.co/datasets/nyu-visionx/CV-Bench",
        cv_bench,
        Hub("nyu-visionx/CV-Bench", "test", cv_bench_row, ("2D", "3D")),
    ),
    KnownDataSet(
        "easy-vqa",
        "questions about one drawn shape",
        "accuracy",
        "MIT",
        "https://github.com/vzhou842/easy-VQA",
        easy_vqa,
    ),
    KnownDataSet("jsonl", "your own questions", "by the answer, or `scorer`", "yours", "", jsonl),
)
KNOWN: Mapping[str, KnownDataSet] = {known.name: known for known in _ALL}


def load_data(
    name: str, data: Path | None, split: str = "", limit: int | None = None, keep: Path | None = None, hub: str = ""
) -> DataSet:
    """Load a data set by its name in `KNOWN`.

    data: its folder or file. limit: read only the first N questions.
    keep: the folder for images that come inside of tables. hub: read this repository of the Hugging Face hub instead.

    Raises InputError, with file and line, for missing or malformed data.
    """
    if data is not None and not data.exists():
        raise InputError(f"There is no folder or file {data}.", hint="Check the path in --data.")
    known, given = KNOWN[name], Given(name, data, split, keep)
    found, records = _streamed(known, given, hub) if hub else known.load(given)
    taken = records[:limit] if isinstance(records, Sequence) else tuple(islice(records, limit))
    if not taken:
        raise InputError(f"{data or name} has no questions.")
    _require_unique(taken)
    return replace(found, records=taken)


def hub_name(name: str) -> str:
    """The repository of a data set on the hub. Raises InputError if none is known."""
    hub = KNOWN[name].hub
    if hub is None:
        there = ", ".join(known.name for known in _ALL if known.hub)
        raise InputError(f"{name} is read from a folder only.", hint=f"Pass --data DIR. On the hub are {there}.")
    return hub.name


def _streamed(known: KnownDataSet, given: Given, name: str) -> tuple[DataSet, Iterator[Record]]:
    hub = known.hub
    if hub is None:
        raise InputError(f"{known.name} is read from a folder only.", hint="Pass --data DIR.")
    split = given.split or hub.split

    def records() -> Iterator[Record]:
        for config in hub.configs:
            for where, row in streamed(name, config, split):
                yield from hub.read(given, where, row)

    return DataSet(known.name, split, (), figures=hub.figures), records()


def _require_unique(records: Iterable[Record]) -> None:
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise InputError(f"Two questions have the id {record.id!r}.", hint="Ids must be unique.")
        seen.add(record.id)
