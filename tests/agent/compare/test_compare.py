"""What changed between two evaluations, and whether it can be chance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from evaluations import evaluation, row
from scipy.stats import binomtest

from looksmith.agent.cli.main import main
from looksmith.agent.compare.paired import mcnemar, paired
from looksmith.tools.core.values import Box
from stored import CUP, one_step


@pytest.mark.parametrize(("gained", "lost"), [(1, 0), (5, 0), (24, 8), (30, 31), (400, 500)])
def test_mcnemar_is_the_binomial_test_of_what_changed(gained: int, lost: int) -> None:
    expected = float(binomtest(gained, gained + lost).pvalue)
    assert mcnemar(gained, lost) == pytest.approx(expected)
    assert mcnemar(lost, gained) == pytest.approx(expected)


def test_without_a_change_there_is_nothing_to_test() -> None:
    same = paired([("a", 1, 1), ("b", 0, 0)])
    assert (same.p, same.difference, same.interval) == (None, 0, (0, 0))
    assert paired([]).difference is None
    assert paired([("a", 0, 1), ("a", 1, 1)]).interval is None, "one image says nothing about others"


def test_the_interval_takes_images_with_all_their_questions() -> None:
    """Twenty questions that got right look sure; where they are about two images they are not."""
    apart = paired([(f"{number}", 0, 1) for number in range(20)] + [(f"x{number}", 0, 0) for number in range(20)])
    together = paired([("one", 0, 1)] * 20 + [("other", 0, 0)] * 20)
    assert apart.difference == together.difference == 0.5
    assert apart.interval is not None
    assert together.interval is not None
    assert apart.interval[0] > 0.3
    assert together.interval == (0, 1)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """a1 got right: LOC found something else; b1 got wrong: it failed; c1 stayed; d1 and e1 are in one of them."""
    left = [row("a1", 0, kind="color"), row("b1", 1), row("c1", 1, kind="color"), row("d1", 1)]
    failed = row("b1", 0, outcome="tool_error", message="<script>alert(1)</script>", answer=None)
    right = [row("a1", 1, kind="color"), failed, row("c1", 1, kind="color"), row("e1", 1)]
    other = Box(0, 0, 10, 10, "cup", 0.5)
    before = evaluation(tmp_path / "before", left, {"a1": one_step(CUP), "b1": one_step(CUP)})
    return before, evaluation(tmp_path / "after", right, {"a1": one_step(other), "b1": one_step(other)})


def test_what_got_right_and_what_got_wrong(two: tuple[Path, Path], home: Path) -> None:
    done = CliRunner().invoke(main, ["compare", *map(str, two), "--json", "--home", str(home)])
    assert done.exit_code == 0, done.output
    assert "3 questions are in both; 1 only in" in done.stderr
    found = json.loads(done.stdout)
    assert (found["only_left"], found["only_right"]) == (1, 1)
    assert [(one["id"], one["cause"]) for one in found["gained"]] == [("a1", "what LOC found")]
    assert [(one["id"], one["cause"]) for one in found["lost"]] == [("b1", "tool_error")]
    groups = {(one["by"], one["value"]): (one["paired"]["n"], one["paired"]["gained"]) for one in found["groups"]}
    assert groups["kind", "color"] == (2, 1)
    assert groups["form", "yes/no: is ..."] == (3, 1)
    assert groups["tool", "LOC"] == (2, 1), "c1 has no stored run"
    assert found["overall"]["p"] == 1


def test_the_page_is_one_file_and_escapes_what_it_shows(two: tuple[Path, Path], home: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = CliRunner().invoke(main, ["compare", *map(str, two), "--html", str(page), "--home", str(home)])
    assert done.exit_code == 0, done.output
    html = page.read_text()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html
    assert html.count("data:image/jpeg;base64,") == 2
    assert "http" not in html.replace("https://", "http://").replace('content="width', "")
    assert "1 became right, 1 became wrong" in " ".join(done.stdout.split())
    assert "[what LOC found]" in " ".join(done.stdout.split())


def test_evaluations_of_different_questions_cannot_be_compared(tmp_path: Path, home: Path) -> None:
    one, other = evaluation(tmp_path / "1", [row("a1", 1)]), evaluation(tmp_path / "2", [row("b1", 1)])
    done = CliRunner().invoke(main, ["compare", str(one), str(other), "--home", str(home)])
    assert (done.exit_code, "share no question" in done.stderr) == (2, True)
    renamed = evaluation(tmp_path / "3", [row("a1", 1, question="What is it?")])
    assert CliRunner().invoke(main, ["compare", str(one), str(renamed), "--home", str(home)]).exit_code == 2
    missing = CliRunner().invoke(main, ["compare", str(one), str(tmp_path / "none"), "--home", str(home)])
    assert (missing.exit_code, "There is no evaluation" in missing.stderr) == (2, True)
    (tmp_path / "none").mkdir()
    empty = CliRunner().invoke(main, ["failures", str(tmp_path / "none"), "--home", str(home)])
    assert (empty.exit_code, "There is no evaluation in " in empty.stderr) == (2, True)
