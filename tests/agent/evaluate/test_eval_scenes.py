"""Evaluations with tools that look up scene graphs; only the language model is played."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from drawn_scenes import NAME, WIDTH, draw_scene
from played import Server

from looksmith.agent.cli.main import main
from looksmith.agent.datasets.catalog import load_data
from looksmith.agent.evaluate.report import EvalReport, report_lines
from looksmith.agent.setup.settings import Settings

PROGRAMS = {
    "How many cups are on the table?": ("count", 2, 'answer = COUNT(image, "cup", "on the table")'),
    "How many books are there?": ("count", 4, 'answer = COUNT(DETECT(image, "book"))'),
    "What is the cat lying on?": (
        "relation",
        ["sofa", "couch"],
        'cat = LOC(image, "cat")\nanswer = PARTNER(image, cat, "lying on").label',
    ),
    "Is the door open?": ("attribute", "no", 'answer = VERIFY(image, LOC(image, "door"), "open")'),
    "What does the poster say?": ("text", "jazz may 5", 'answer = READ(image, LOC(image, "poster"))'),
    "What color is the hat?": ("color", "green", 'answer = COLOR(image, LOC(image, "hat"))'),
    "What is the dog doing?": ("relation", "running", 'answer = NAME(image, LOC(image, "dog"), "thing")'),
}
"""By question: its kind, the expected answer, and the program. The last but one is answered wrong, the last not."""


@pytest.fixture
def server() -> Iterator[Server]:
    """Writes the programs above."""

    def say(asked: str) -> str:
        last = asked.rpartition("Question: ")[2]  # behind it stands what the answer can be
        return next(program for question, (_, _, program) in PROGRAMS.items() if last.startswith(question))

    made = Server(say)
    yield made
    made.stop()


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Questions about two copies of the drawn room, and its scene graph for both."""
    image = draw_scene(tmp_path / "data")
    image.with_name("again.png").write_bytes(image.read_bytes())
    graphs = image.with_name("scene_graphs.json")
    graph = json.loads(graphs.read_text())[NAME]
    graphs.write_text(json.dumps({NAME: graph, "again": graph}))
    rows = [
        {"image": f"{name}.png", "question": question, "answer": answer, "kind": kind}
        for name in (NAME, "again")
        for question, (kind, answer, _) in PROGRAMS.items()
    ]
    path = tmp_path / "data" / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


Look = Callable[..., Result]


@pytest.fixture
def look(home: Path, server: Server, tmp_path: Path) -> Look:
    """Run `looksmith eval`."""

    def run(*words: str | Path) -> Result:
        command = ["eval", *map(str, words), "--home", str(home), "--samples", "1", "--nearest", "0", "--no-grammar"]
        command += ["--repairs", "0", "--base-url", server.url, "--json", str(tmp_path / "out.json")]
        return CliRunner().invoke(main, command, catch_exceptions=False)

    return run


def test_scene_graphs_answer_and_the_report_tells_kinds_and_risk(look: Look, questions: Path, tmp_path: Path) -> None:
    done = look(questions, "--oracle")
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["plan"]["oracle"]
    assert found["outcomes"] == {"ok": 12, "no_detection": 2}
    assert found["accuracy"] == pytest.approx(10 / 14)
    assert found["accuracy_interval_by_image"] == pytest.approx((10 / 14, 10 / 14)), "both images are alike"
    assert (found["answered"]["n"], found["answered"]["accuracy"]) == (12, pytest.approx(10 / 12))
    kinds = {kind: (share["n"], share["accuracy"]) for kind, share in found["by_kind"].items()}
    assert kinds == {"attribute": (2, 1), "color": (2, 0), "count": (4, 1), "relation": (4, 0.5), "text": (2, 1)}
    assert "12 of 14 (85.7 %); accuracy of those: 83.3 %" in " ".join(done.output.split())
    lines = dict(report_lines(EvalReport.model_validate(found)))
    assert lines["  count"] == "100.0 % (100.0 to 100.0) of 4"


def test_the_oracles_tools_stand_in_place_of_the_profiles(questions: Path, home: Path) -> None:
    data = load_data("jsonl", questions)
    plain, seen = Settings(home).registry(), Settings(home, scenes=data.scene_graphs()).registry()
    oracle = {tool.name for tool in seen if tool.backend == "oracle"}
    assert oracle == {
        *("LOC", "DETECT", "EXISTS", "COUNT", "THINGS", "PARTNER", "GLANCE", "LOOK_AT"),
        *("NAME", "VERIFY", "CLASSIFY", "COLOR", "READ"),
    }
    assert {tool.name for tool in seen} - oracle <= {tool.name for tool in plain}
    assert {"CROP", "LEFT_OF", "NEAREST"} <= {tool.name for tool in seen}
    assert "SEGMENT" not in seen
    assert not any(tool.note for tool in seen), "no list of names that a model knows"


def test_without_scene_graphs_there_is_no_oracle(look: Look, questions: Path, tmp_path: Path) -> None:
    kept = tmp_path / "graphs.json"
    questions.with_name("scene_graphs.json").rename(kept)
    done = look(questions, "--oracle")
    assert (done.exit_code, "--scene-graphs FILE" in done.output) == (2, True), done.output
    assert look(questions, "--oracle", "--scene-graphs", kept, "--limit", "2").exit_code == 0
    wrong = look(questions, "--scene-graphs", kept)
    assert (wrong.exit_code, "needs --oracle" in wrong.output) == (2, True)
    graphs = json.loads(kept.read_text())
    del graphs["again"]
    kept.write_text(json.dumps(graphs))
    missing = look(questions, "--oracle", "--scene-graphs", kept)
    assert (missing.exit_code, "no scene graph 'again'" in " ".join(missing.output.split())) == (2, True)


def test_graphs_of_larger_photos_fit_smaller_ones(look: Look, questions: Path, tmp_path: Path) -> None:
    graphs = questions.with_name("scene_graphs.json")
    graph = json.loads(graphs.read_text())
    for one in graph[NAME]["objects"].values():
        one.update({side: 2 * one[side] for side in ("x", "y", "w", "h")})
    graph[NAME].update(width=2 * WIDTH, height=2 * graph[NAME]["height"])
    graphs.write_text(json.dumps(graph))
    assert look(questions, "--oracle", "--limit", "5").exit_code == 0
    assert json.loads((tmp_path / "out.json").read_text())["accuracy"] == 1
