"""Programs against guessing blindly, against a caption, and against a vision-language model; all models are played."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from drawn_scenes import NAME, draw_scene
from evaluations import row
from PIL import Image as Pillow
from played import Server

from looksmith.agent.baselines.blind import Blind
from looksmith.agent.baselines.both import Both, doubted
from looksmith.agent.cli.main import main
from looksmith.agent.datasets.records import record_of
from looksmith.agent.datasets.scorers import Scoring
from looksmith.agent.evaluate.evaluation import read_rows
from looksmith.agent.traces.runs import Runs

PROGRAMS = {
    "How many cups are on the table?": 'answer = COUNT(image, "cup", "on the table")',
    "What color is the sofa?": 'answer = COLOR(image, LOC(image, "sofa"))',
    "Is the zebra asleep?": 'answer = VERIFY(image, LOC(image, "zebra"), "asleep")',
}
ANSWERS = {"How many cups are on the table?": 2, "What color is the sofa?": "blue", "Is the zebra asleep?": "no"}
SEEN = {"How many cups are on the table?": "5", "What color is the sofa?": "blue", "Is the zebra asleep?": "No."}
"""What the vision-language model says: it miscounts."""


class Sees(Server):
    """Writes the programs, answers questions about images, describes them, and guesses from notes."""

    def answer(self, asked: Any, n: int) -> dict[str, Any]:
        """A completion. Requests with images come in parts."""
        if isinstance(asked, str):
            return super().answer(asked, n)
        text = " ".join(part["text"] for part in asked if part["type"] == "text")
        self.say, before = (lambda _: next((a for q, a in SEEN.items() if q in text), "a living room")), self.say
        try:
            return super().answer(f"Question: {text}", n)
        finally:
            self.say = before


def say(asked: str) -> str:
    if asked.startswith("a living room"):
        return "no"
    return next(program for question, program in PROGRAMS.items() if question in asked.rpartition("Question: ")[2])


@pytest.fixture
def server() -> Iterator[Sees]:
    made = Sees(say)
    yield made
    made.stop()


@pytest.fixture
def look(home: Path, server: Sees, tmp_path: Path) -> Result:
    """An evaluation of three questions about a drawn room, with all baselines."""
    image = draw_scene(tmp_path / "data")
    lines = [
        {"id": str(n), "image": image.name, "question": q, "answer": a} for n, (q, a) in enumerate(ANSWERS.items())
    ]
    questions = image.with_name("questions.jsonl")
    questions.write_text("\n".join(map(json.dumps, lines)))
    seer = f'[models.seer]\nbackend = "served-vlm"\nbase_url = "{server.url}"\nfamily = "none"\n'
    profile = tmp_path / "seeing.toml"
    profile.write_text(f'about = "a played model"\n{seer}\n[tools]\nVQA = "seer"\nCAPTION = "seer"\n')
    command = ["eval", str(questions), "--oracle", "--profile", str(profile), "--out", str(tmp_path / "out")]
    command += ["--home", str(home), "--base-url", server.url, "--samples", "1", "--nearest", "0", "--no-grammar"]
    command += ["--repairs", "0", "--no-guess"]
    command += [word for name in ("blind", "caption", "vlm") for word in ("--baseline", name)]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def test_program_caption_model_and_both_are_rows_of_one_table(look: Result, tmp_path: Path) -> None:
    assert look.exit_code == 0, look.output
    systems = {one["name"]: one for one in json.loads((tmp_path / "out" / "baselines.json").read_text())["systems"]}
    right = {name: one["right"]["accuracy"] for name, one in systems.items()}
    assert right == pytest.approx(
        {"program": 2 / 3, "blind": 0, "caption": 1 / 3, "vlm": 2 / 3, "program, then vlm": 1}
    )
    assert (systems["vlm"]["paired"]["gained"], systems["vlm"]["paired"]["lost"]) == (1, 1)
    assert (systems["program, then vlm"]["paired"]["gained"], systems["program, then vlm"]["paired"]["lost"]) == (1, 0)
    assert "program, then vlm 100.0% 3 +33.3 1.000" in " ".join(look.stderr.split())
    _require_traced(tmp_path / "out" / "baselines")


def _require_traced(folder: Path) -> None:
    """The choice is in the trace."""
    told = {row.id: row.message for row in read_rows(folder / "both" / "results.jsonl")}
    assert told["0"] == "the program's"
    assert told["2"] == "the vision-language model's: the program ended as no_detection"
    rows = {row.id: row for row in read_rows(folder / "vlm" / "results.jsonl")}
    taken = Runs(folder / "vlm" / "runs").load(rows["2"].run)
    assert taken.record.changes == ["asked directly, and taken: the program ended as no_detection"]
    programs = {row.id: row.run for row in read_rows(folder.parent / "results.jsonl")}
    assert taken.record.parent == programs["2"]
    kept = Runs(folder / "vlm" / "runs").load(rows["0"].run)
    assert kept.record.changes == ["asked directly; the program's answer is kept"]
    steps = [
        event.tool
        for event in Runs(folder / "caption" / "runs").load(_run(folder, "caption")).events
        if event.kind == "step"
    ]
    assert steps == ["CAPTION", "GUESS"]


def _run(folder: Path, name: str) -> str:
    return next(row.run for row in read_rows(folder / name / "results.jsonl"))


def test_a_baseline_without_its_model_says_what_is_missing(home: Path, server: Sees, tmp_path: Path) -> None:
    image = draw_scene(tmp_path)
    (tmp_path / "q.jsonl").write_text(json.dumps({"image": image.name, "question": next(iter(PROGRAMS)), "answer": 2}))
    command = ["eval", str(tmp_path / "q.jsonl"), "--oracle", "--baseline", "vlm", "--base-url", server.url]
    command += ["--home", str(home), "--samples", "1", "--nearest", "0", "--no-grammar", "--repairs", "0"]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert (done.exit_code, "--baseline vlm needs VQA" in done.stderr) == (4, True), done.output
    assert server.asked == [], "it is refused before the first question"


def test_the_blind_guess_leaves_its_own_image_out(tmp_path: Path) -> None:
    answers = [("a", "red"), ("a", "red"), ("a", "red"), ("b", "blue"), ("b", "green"), ("c", "blue")]
    for name, _ in answers:
        Pillow.new("RGB", (4, 4)).save(tmp_path / f"{name}.png")
    records = [
        record_of("", str(n), tmp_path / f"{name}.png", f"What color is thing {n}?", answer)
        for n, (name, answer) in enumerate(answers)
    ]
    said = [row.answer for row in Blind(records).rows(records)]
    assert said == ["blue", "blue", "blue", "red", "red", "red"]
    choice = {"choices": ["one", "other"], "answer": "other"}
    offered = record_of("", "x", tmp_path / "a.png", "What is it: one or other?", choice, Scoring("choice"))
    assert [row.answer for row in Blind([offered]).rows([offered])] == ["one"]


def test_an_unsure_program_is_doubted_and_a_model_that_failed_is_not_taken(tmp_path: Path) -> None:
    assert doubted(row("a1", 1, confidence=0.59)) == "the program is 59% sure"
    assert doubted(row("a1", 1, confidence=0.6)) == ""
    assert doubted(row("a1", 1)) == ""
    record = record_of("", "a1", draw_scene(tmp_path), f"Is {NAME} red?", "yes")
    failed = row("a1", 0, outcome="tool_error", answer=None)
    unsure = row("a1", 1, confidence=0.3)
    (kept,) = Both({"a1": unsure}, {"a1": failed}).rows([record])
    assert (kept.score, kept.message) == (1, "the program's")
