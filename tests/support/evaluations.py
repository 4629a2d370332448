"""Evaluations as they lie in a folder, without asking anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from looksmith.agent.evaluate.evaluation import Row
from looksmith.agent.evaluate.folder import EvalRecord, Plan
from stored import Write, store


def row(id: str, score: float, **more: Any) -> Row:
    """A finished question. Its image is named by the first letter of its id."""
    told = {"question": f"Is {id} red?", "image": f"{id[0]}.png", "expected": "yes", "scorer": "yes_no"}
    answer = {"answer": score >= 0.5, "outcome": "ok", "score": score}
    return Row.model_validate({"id": id, **told, **answer, **more})


def evaluation(folder: Path, rows: Iterable[Row], runs: dict[str, Write] | None = None) -> Path:
    """An evaluation with these rows. runs: by id, what to record as the question's run."""
    kept = list(rows)
    for number, one in enumerate(kept):
        if runs and one.id in runs:
            run = store(folder, runs[one.id], one.question)
            kept[number] = one.model_copy(update={"run": run.name})
    digests = dict.fromkeys(("data", "tools", "code"), "0" * 64)
    plan = Plan(dataset="jsonl", split="mine", n=len(kept), oracle=False, model="played", **digests)
    told = {"command": "looksmith eval", "commit": "c", "versions": {}}
    record = EvalRecord(started=datetime(2026, 1, 2, tzinfo=UTC), plan=plan, **told)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "eval.json").write_text(record.model_dump_json())
    (folder / "results.jsonl").write_text("".join(f"{one.model_dump_json()}\n" for one in kept))
    return folder
