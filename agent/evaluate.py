"""A data set in, a run per question out: asked side by side, written down one by one, scored."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event as Flag
from typing import Any

from ..tools.errors import InputError
from ..tools.images import load_image
from .ask import Answer, Bench
from .datasets import Record
from .eval_folder import EvalFolder
from .journal import append, mend, read_lines
from .llm import LLM
from .options import Writing
from .remember import Remembering
from .runs import Timing
from .scorers import ScorerName
from .subject import Subject
from .trace import AnswerKind, Attempt, Check, Event, Stored, to_json

_BATCH = 16
"""Records with the same question that one worker takes: few enough that the others are not left idle."""


class Row(Stored):
    """A question that is done: a line of `results.jsonl`.

    scorer, margin: how the answer is compared with the expected one.
    score: 0 (wrong) to 1 (right); a failure is wrong. answer: as JSON (encode.py).
    valid_first_try: was the first thing that the model wrote a program that passed the check?
    repairs: how often the model was asked again. run: name of the run's folder, "" when there is none.
    notice: what the server did not take.
    """

    id: str
    question: str
    expected: Any
    scorer: ScorerName
    margin: float | None = None
    answer: Any = None
    outcome: AnswerKind
    score: float = 0.0
    valid_first_try: bool = False
    repairs: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    timing: Timing = Timing()
    run: str = ""
    message: str = ""
    notice: str = ""


@dataclass(frozen=True)
class Evaluation:
    """What is asked, of whom, and where it is written down. Several threads ask at once: concurrency says how many.

    replies: where the language model's replies are kept; None for the evaluation's own folder.
    """

    folder: EvalFolder
    records: tuple[Record, ...]
    bench: Bench
    llm: LLM
    writing: Writing
    concurrency: int = 4
    replies: Path | None = None

    def rows(self) -> list[Row]:
        """The questions that were asked, each as it last ended. Raises InputError when the file is damaged."""
        return read_rows(self.folder.results)

    def done(self) -> list[Row]:
        """The questions that need not be asked again: all but those to which the model did not reply."""
        return [row for row in self.rows() if row.outcome != "llm_error"]

    def run(self, report: Callable[[Row], None]) -> None:
        """Ask what was not asked before, and write each row down as it comes.

        A question whose program fails is a row like any other. Raises LLMError when the server is gone and
        PrerequisiteError when the disk is full; what was done until then, or until a KeyboardInterrupt, is kept.
        """
        mend(self.folder.results)
        asked = {row.id for row in self.done()}
        left = [record for record in self.records if record.id not in asked]
        llm = Remembering(self.llm, self.replies or self.folder.replies)
        bench = replace(self.bench, runs=self.folder.runs)
        with bench.sandbox:

            def ask(record: Record) -> Row:
                return _ask(bench, record, llm, self.writing)

            rows = _side_by_side(_batches(left), ask, self.concurrency, llm.close)
            try:
                for row in rows:
                    append(self.folder.results, to_json(row))
                    report(row)
            finally:
                rows.close()


def read_rows(path: Path) -> list[Row]:
    """The rows of a file `results.jsonl`, each as it last ended. Raises InputError when the file is damaged."""
    try:
        rows = [Row.model_validate(line) for line in read_lines(path)]
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}", hint="Start again with --fresh.") from None
    return list({row.id: row for row in rows}.values())


def _ask(bench: Bench, record: Record, llm: Remembering, writing: Writing) -> Row:
    """Raises what makes it useless to go on: the server is gone, the disk is full."""
    row = Row(
        id=record.id,
        question=record.question,
        expected=record.answer,
        scorer=record.scoring.name,
        margin=record.scoring.margin,
        outcome="input_error",
    )
    try:
        image = load_image(record.image)
    except InputError as error:
        return row.model_copy(update={"message": str(error)})
    answer = bench.ask(Subject.of(image, record.image.name), record.question, llm, writing)
    if llm.lost is not None:
        raise llm.lost  # who knows what this question would still have asked
    return row.model_copy(update=_told(bench, record, answer))


def _told(bench: Bench, record: Record, answer: Answer) -> dict[str, Any]:
    """What a run says about a question."""
    run = bench.runs.load(str(answer.run))
    attempts = [event for event in run.events if isinstance(event, Attempt)]
    return {
        "answer": run.record.answer,
        "outcome": answer.outcome,
        "score": record.scoring(answer.value, record.answer) if answer.ok else 0.0,
        "valid_first_try": _valid_first(run.events),
        "repairs": max(len(attempts) - 1, 0),
        "prompt_tokens": sum(attempt.prompt_tokens for attempt in attempts),
        "completion_tokens": sum(attempt.completion_tokens for attempt in attempts),
        "timing": answer.timing,
        "run": answer.run.name,
        "message": answer.message,
        "notice": " ".join(attempt.notice for attempt in attempts if attempt.notice),
    }


def _valid_first(events: Sequence[Event]) -> bool:
    """Did the first sample of the first attempt pass the check?"""
    first = next((event for event in events if isinstance(event, Attempt)), None)
    checks = (e for e in events if isinstance(e, Check) and first is not None and e.parent == first.id)
    return any(not check.diagnostics for check in checks if 0 in (check.samples or (0,)))


def _batches(records: Iterable[Record]) -> list[list[Record]]:
    """Records with the same question together, so that its program is asked for once and none waits for another."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.group, []).append(record)
    cut = [[group[i : i + _BATCH] for i in range(0, len(group), _BATCH)] for group in groups.values()]
    rounds = max(map(len, cut), default=0)
    return [batches[number] for number in range(rounds) for batches in cut if number < len(batches)]


def _side_by_side(
    batches: Sequence[Sequence[Record]], ask: Callable[[Record], Row], concurrency: int, stopped: Callable[[], None]
) -> Generator[Row]:
    """Rows in the order in which they come. What a worker raises is raised here, and ends the others.

    stopped: called when no more rows are wanted, before the workers are waited for.
    """
    arrived: SimpleQueue[Row | BaseException] = SimpleQueue()
    stop = Flag()

    def work(batch: Sequence[Record]) -> None:
        for record in batch:
            if stop.is_set():
                return
            try:
                arrived.put(ask(record))
            except BaseException as error:  # a worker's error belongs to whoever waits for its row
                arrived.put(error)
                return

    with ThreadPoolExecutor(concurrency, thread_name_prefix="eval") as pool:
        try:
            for batch in batches:
                pool.submit(work, batch)
            for _ in range(sum(map(len, batches))):
                row = arrived.get()
                if isinstance(row, BaseException):
                    raise row
                yield row
        finally:
            stop.set()
            stopped()
            pool.shutdown(wait=False, cancel_futures=True)
