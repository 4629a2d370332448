"""Questions about photos: how many answers are right, by kind and by how sure they are, against guessing blindly.

    looksmith eval FILE.jsonl --out EVALUATION            with the profile's models; --oracle looks up scene graphs
    python tests/bench/photo_questions.py FILE.jsonl EVALUATION [EVALUATION ...]

Intervals are resampled by photo: all questions about a photo share its difficulty. The blind guess is the commonest
answer to questions of the same form (how many, what colour, either-or ...) about the other photos of the file; the
second one takes the first alternative of an either-or question.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from looksmith.agent.datasets.own_file import own_questions
from looksmith.agent.datasets.records import Record
from looksmith.programs.question.expected_answer import expected_answer

BANDS = (0.0, 0.3, 0.4, 0.5, 0.55, 1.01)
"""Of confidence."""
RESAMPLES = 2000


def main() -> None:
    """Print a table for each evaluation, and one of the blind guess."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("evaluations", type=Path, nargs="*")
    given = parser.parse_args()
    records = list(own_questions(given.questions))
    for told, of_choices in (("the commonest answer", False), ("and of alternatives the first", True)):
        scores = [_guess(record, records, of_choices=of_choices) for record in records]
        print(f"blind guess, {told}: {_share(scores, records)} of {len(records)}")
    for folder in given.evaluations:
        _tell(folder)


def _guess(record: Record, records: Sequence[Record], *, of_choices: bool) -> float:
    """Is the commonest answer of that form, about other photos, right?"""
    form = _form(record.question)
    others = [one for one in records if one.image != record.image and _form(one.question) == form]
    common = Counter(str(_first(one.answer)).lower() for one in others).most_common(1)
    expected = expected_answer(record.question)
    said = expected.choices[0] if of_choices and expected.choices else common[0][0] if common else "yes"
    return record.scoring(said, record.answer) if record.scoring else 0.0


def _form(question: str) -> str:
    kind = expected_answer(question).kind
    return kind if kind != "yes/no" else f"{kind} {question.split()[0].lower()}"


def _first(answer: Any) -> Any:
    return answer[0] if isinstance(answer, list) else answer


def _share(scores: Iterable[float], records: Sequence[Record]) -> str:
    groups: dict[Path, list[float]] = defaultdict(list)
    for record, score in zip(records, scores, strict=True):
        groups[record.image].append(score)
    return _told(list(groups.values()))


def _told(groups: Sequence[Sequence[float]]) -> str:
    """A share in percent with its interval, resampled by group."""
    chance = random.Random(0)
    every = [score for group in groups for score in group]
    if not every:
        return "-"
    drawn: list[float] = []
    for _ in range(RESAMPLES):
        taken = [score for group in chance.choices(groups, k=len(groups)) for score in group]
        drawn.append(sum(taken) / len(taken))
    drawn.sort()
    low, high = drawn[RESAMPLES // 40], drawn[-RESAMPLES // 40]
    return f"{100 * sum(every) / len(every):.1f} % ({100 * low:.0f} to {100 * high:.0f})"


def _tell(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]
    ends = {row["id"]: _end(folder / "runs" / row["run"]) for row in rows}
    answered = [row for row in rows if row["outcome"] == "ok"]
    print(f"\n{folder}: {len(rows)} questions")
    print(f"right {_by_image(rows)}; answered {len(answered)}, of these right {_by_image(answered)}")
    print(f"valid at first {100 * sum(row['valid_first_try'] for row in rows) / len(rows):.1f} %")
    print("outcomes", dict(Counter(row["outcome"] for row in rows)))
    for kind in sorted({row["kind"] for row in rows}):
        of_kind = [row for row in rows if row["kind"] == kind]
        print(f"  {kind:10} {_by_image(of_kind)} of {len(of_kind)}")
    sure = {row["id"]: ends[row["id"]].get("confidence", 1.0) or 1.0 for row in answered}
    for low, high in pairwise(BANDS):
        band = [row for row in answered if low <= sure[row["id"]] < high]
        print(f"  confidence {low:.2f} to {high:.2f}: {len(band)} answers, right {_by_image(band)}")
    seconds = sorted(row["timing"]["total"] for row in rows)
    print(f"  seconds a question, many at once: median {seconds[len(seconds) // 2]:.1f}")


def _by_image(rows: Sequence[Mapping[str, Any]]) -> str:
    groups: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        groups[row["image"]].append(row["score"])
    return _told(list(groups.values()))


def _end(run: Path) -> dict[str, Any]:
    """The last event of a run."""
    lines = (run / "events.jsonl").read_text().splitlines()
    return json.loads(lines[-1])


if __name__ == "__main__":
    main()
