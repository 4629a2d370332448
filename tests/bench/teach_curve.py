"""What corrections by hand are worth: accuracy on unseen photos after 0, 5, 10 ... of them, with perfect vision.

    python tests/bench/teach_curve.py FILE.jsonl [FILE.jsonl ...] --corrections FILE --out FOLDER
        [--replies FILE] [--counts 0,5,10,20,40] [--folds 5] [--concurrency 4]

Each line of FILE --corrections has the id of a question and the right program; a person wrote it, after looking at the
question and at what the program of the language model did. It is taught as `looksmith teach` does it: checked, run on
the scene graph of the photo, where it must give the right answer, and compared with the bank.

The photos are split into folds. The questions of a fold are answered with examples from the corrections of the other
folds only: the first N of them, in an order drawn once. So no question is answered with a correction of its own photo.
A question whose prompt no example reached keeps its answer of N = 0. Intervals are resampled by photo. The corrections
stay outside of this repository, since they have the words of development questions.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.writing import DEFAULT
from looksmith.agent.datasets.catalog import load_data
from looksmith.agent.datasets.records import Record
from looksmith.agent.evaluate.evaluation import Row, Threads
from looksmith.agent.llm.connect import connect
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.agent.teach.lesson import RunCorrection, Teacher
from looksmith.agent.teach.right_answer import RightAnswer
from looksmith.agent.traces.runs import Runs
from looksmith.programs.examples.duplicates import Bank
from looksmith.programs.examples.retrieval import NearestExamples
from looksmith.programs.examples.taught import TaughtExample
from looksmith.programs.question.faithful import Faithfulness
from looksmith.tools.core.errors import LooksmithError
from looksmith.tools.core.example import Example

RESAMPLES = 2000
SEED = 0


@dataclass(frozen=True)
class Curve:
    """What all points share. bench: without corrections."""

    settings: Settings
    bench: Bench
    records: Sequence[Record]
    out: Path
    replies: Path
    concurrency: int

    def ask(self, bench: Bench, records: Sequence[Record], name: str) -> dict[str, Row]:
        """The rows of some questions, asked or read from an earlier run of this script."""
        path = self.out / f"{name}.jsonl"
        if path.exists():
            rows = [Row.model_validate_json(line) for line in path.read_text().splitlines()]
        elif records:
            runs = Runs(self.out / f"{name}_runs")
            llm = connect(self.settings.home, self.settings.base_url, self.settings.model)
            begun = self.out / f"{name}_begun.jsonl"
            here = replace(bench, runs=runs, sandbox=self.settings.sandbox())
            engine = Threads(here, llm, DEFAULT, self.replies, begun, self.concurrency)
            rows = list(engine.rows(records))
            if lost := next((row for row in rows if row.outcome == "llm_error"), None):
                raise SystemExit(f"No reply from the language model: {lost.message} The same command goes on.")
            path.write_text("".join(f"{row.model_dump_json()}\n" for row in rows))
        else:
            rows = []
        return {row.id: row for row in rows}

    def taught(self, examples: Sequence[TaughtExample]) -> Bench:
        """The bench with these examples."""
        bank, first = (*self.bench.bank, *examples), self.bench.retriever
        assert isinstance(first, NearestExamples)
        unfaithful = Faithfulness(self.bench.registry, bank)
        return replace(self.bench, bank=bank, retriever=first.over(bank), unfaithful=unfaithful)

    def reached(self, bench: Bench, records: Iterable[Record]) -> list[Record]:
        """The questions that are shown other examples than before."""
        return [r for r in records if self._nearest(bench, r) != self._nearest(self.bench, r)]

    def _nearest(self, bench: Bench, record: Record) -> tuple[Example, ...]:
        assert bench.retriever is not None
        return bench.retriever.nearest(record.question, DEFAULT.nearest)


def main() -> None:
    """Print a line for each number of corrections."""
    given = _arguments()
    datas = [load_data("jsonl", path, "") for path in given.questions]
    records = [record for data in datas for record in data.records]
    scenes = {source: graph for data in datas for source, graph in data.scene_graphs().items()}
    settings = Settings(find_home(), device="cpu", scenes=scenes, base_url=given.base_url, cache=False)
    given.out.mkdir(parents=True, exist_ok=True)
    curve = Curve(settings, settings.bench(), records, given.out, given.replies, given.concurrency)
    base = curve.ask(curve.bench, records, "base")
    lessons = _lessons(curve, base, given.corrections)
    folds = _folds(records, given.folds)
    print(f"{len(records)} questions, {len(lessons)} corrections were taken")
    print("| corrections | asked anew | right | turned right | turned wrong |\n|---|---|---|---|---|")
    for count in given.counts:
        rows = dict(base)
        anew = 0
        for number, photos in enumerate(folds):
            inside = [record for record in records if record.image in photos]
            chosen = [lesson for record, lesson in lessons if record.image not in photos][:count]
            bench = curve.taught(chosen) if chosen else curve.bench
            asked = curve.reached(bench, inside) if chosen else []
            anew += len(asked)
            rows |= curve.ask(bench, asked, f"{count}-{number}")
        print(_line(count, anew, records, base, rows), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--corrections", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--replies", type=Path, required=True)
    parser.add_argument("--base-url", default="http://127.0.0.1:8077/v1")
    parser.add_argument("--counts", type=lambda text: [int(n) for n in text.split(",")], default=[0, 5, 10, 20, 40])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=4)
    return parser.parse_args()


def _lessons(curve: Curve, base: Mapping[str, Row], path: Path) -> list[tuple[Record, TaughtExample]]:
    """The corrections that `teach` takes, in an order drawn once."""
    given = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    random.Random(SEED).shuffle(given)
    by_id = {record.id: record for record in curve.records}
    runs, taken = Runs(curve.out / "base_runs"), list[tuple[Record, TaughtExample]]()
    bank = Bank(curve.bench.bank)
    with closing(Workshop(replace(curve.settings, home=_own_home(curve)))) as workshop:
        for one in given:
            record, run = by_id[one["id"]], runs.load(base[one["id"]].run)
            assert record.scoring is not None
            teacher = Teacher(workshop.replayer(run), curve.bench.registry, bank)
            try:
                example, _ = teacher.lesson(
                    run, RunCorrection(one["program"], RightAnswer(record.answer, record.scoring))
                )
            except LooksmithError as error:
                print(f"refused: {record.question} {' '.join(str(error).split())[:200]}")
                continue
            taken.append((record, example))
            bank = bank.with_more([example])
    return taken


def _own_home(curve: Curve) -> Path:
    """A home for the runs that prove the corrections."""
    home = curve.out / "home"
    home.mkdir(exist_ok=True)
    if not (home / "weights").exists():
        (home / "weights").symlink_to(curve.settings.home / "weights")
    return home


def _folds(records: Sequence[Record], count: int) -> list[frozenset[Path]]:
    photos = sorted({record.image for record in records})
    random.Random(SEED).shuffle(photos)
    return [frozenset(photos[number::count]) for number in range(count)]


def _line(count: int, anew: int, records: Sequence[Record], base: Mapping[str, Row], rows: Mapping[str, Row]) -> str:
    better = sum(rows[r.id].score > base[r.id].score for r in records)
    worse = sum(rows[r.id].score < base[r.id].score for r in records)
    groups: dict[Path, list[float]] = defaultdict(list)
    for record in records:
        groups[record.image].append(rows[record.id].score)
    mean, low, high = _interval(list(groups.values()))
    return f"| {count} | {anew} | {mean:.1f} % ({low:.1f} to {high:.1f}) | {better} | {worse} |"


def _interval(groups: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """The mean in percent, and its 95 % interval, resampled by photo."""
    chance, drawn = random.Random(SEED), list[float]()
    for _ in range(RESAMPLES):
        taken = [score for group in chance.choices(groups, k=len(groups)) for score in group]
        drawn.append(100 * sum(taken) / len(taken))
    drawn.sort()
    every = [score for group in groups for score in group]
    return 100 * sum(every) / len(every), drawn[RESAMPLES // 40], drawn[-RESAMPLES // 40]


if __name__ == "__main__":
    main()
