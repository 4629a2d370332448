"""Where wrong answers went wrong, and what they have in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from evaluations import evaluation, row
from scipy.stats import fisher_exact

from looksmith.agent.cli.main import main
from looksmith.agent.compare.failures import chance_of
from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import End, Execution, Failure
from stored import CUP, add_step, one_step


def failing(to: Recorder) -> End:
    """LOC finds a cup, and READ fails."""
    execution = to.add(Execution(source='cup = LOC(image, "cup")\nanswer = READ(image)')).id
    add_step(to, CUP, parent=execution)
    error = Failure(kind="ToolError", message="No text in 'cup'.")
    add_step(to, None, "READ", 2, parent=execution, arguments={}, error=error)
    return End(outcome="tool_error", message="No text.", line=2, execution=execution)


@pytest.mark.parametrize(("wrong", "n", "missed", "total"), [(5, 5, 10, 40), (3, 4, 12, 30), (0, 3, 5, 20)])
def test_the_chance_is_that_of_fishers_test(wrong: int, n: int, missed: int, total: int) -> None:
    table = [[wrong, n - wrong], [missed - wrong, total - missed - n + wrong]]
    expected: Any = fisher_exact(table, alternative="greater")
    assert chance_of(wrong, n, missed, total) == pytest.approx(float(expected.pvalue))


def test_stages_clusters_and_traits(tmp_path: Path, home: Path) -> None:
    failed = {"outcome": "tool_error", "answer": None, "kind": "text"}
    rows = [row(f"r{n}", 0, message=f"No text in 'cup {n}'. Look closer.", **failed) for n in range(4)]
    rows += [row("w1", 0, outcome="type_error", answer=None), row("a1", 0), *(row(f"g{n}", 1) for n in range(12))]
    runs = {f"r{n}": failing for n in range(4)} | {"a1": one_step(CUP)}
    folder = evaluation(tmp_path / "mine", rows, runs)
    done = CliRunner().invoke(main, ["failures", str(folder), "--json", "--home", str(home)])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert {part["what"]: part["n"] for part in found["stages"]} == {"running READ": 4, "writing": 1, "answer": 1}
    (cluster,) = found["clusters"]
    assert (cluster["what"], cluster["n"]) == ("running READ, yes/no: is ...: No text in ….", 4)
    traits = {(one["by"], one["value"]) for one in found["traits"]}
    assert {("kind", "text"), ("tool", "READ"), ("looked for", "cup")} <= traits
    assert ("form", "yes/no: is ...") not in traits, "all questions have it"
    told = CliRunner().invoke(main, ["failures", str(folder), "--home", str(home)])
    assert "6 of 18 answers are wrong" in told.stdout
    assert "running READ 4 67% r0" in " ".join(told.stdout.split())
    nothing = CliRunner().invoke(main, ["failures", str(tmp_path / "none"), "--home", str(home)])
    assert nothing.exit_code == 2
