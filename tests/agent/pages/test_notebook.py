"""Runs in a notebook that really runs: what it shows, and that nothing of it reaches the notebook."""

from __future__ import annotations

import sysconfig
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor

from looksmith.agent.pages.notebook import MAX_STEPS, show_run
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import End, Execution
from stored import CUP, add_step, interrupt, one_step, store

HOSTILE = """"></iframe><script>alert(1)</script><style>body { display: none }</style>&quot;&gt;{{ 7 * 7 }}"""


class Elements(HTMLParser):
    """The elements of a piece of HTML, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Text between elements."""
        self.text += data

    def frame(self) -> dict[str, str]:
        """The only frame."""
        ((_, attributes),) = [one for one in self.found if one[0] == "iframe"]
        return attributes


def executed(folder: Path, *cells: str) -> Any:
    """A notebook whose cells were run by a real kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    ExecutePreprocessor(timeout=120, kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(folder)}})
    return notebook


def shown(cell: Any) -> str:
    """The HTML that a cell shows."""
    return cell.outputs[-1]["data"]["text/html"]


def test_a_notebook_shows_runs_answers_and_the_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbconvert

    # Where this environment borrows its packages, nbconvert's templates lie beside them.
    beside = [sysconfig.get_path("data"), *Path(nbconvert.__file__).parents[4:5]]
    monkeypatch.setenv("JUPYTER_PATH", ":".join(str(Path(path) / "share" / "jupyter") for path in beside))
    monkeypatch.setenv("LOOKSMITH_HOME", str(tmp_path))
    run = store(tmp_path, one_step(), f"Is it {HOSTILE}?")
    notebook = executed(
        tmp_path,
        "import looksmith\nlooksmith.runs.load()",
        "from PIL import Image\nlooksmith.run('answer = image.width', Image.new('RGB', (70, 50)))",
        "looksmith.runs.frame()",
    )
    trace, answer, table = map(shown, notebook.cells)
    assert Elements(trace).frame()["srcdoc"] == render_page(view(run))
    assert "70" in Elements(answer).frame()["srcdoc"]
    assert "<table" in table
    html, _ = HTMLExporter().from_notebook_node(notebook)
    frames = [attributes for tag, attributes in Elements(html).found if tag == "iframe"]
    assert [frame["sandbox"] for frame in frames] == ["", ""]
    assert "<script>alert(1)" not in html


def test_the_frame_is_sandboxed_and_hostile_text_stays_inside(tmp_path: Path) -> None:
    found = Elements(show_run(store(tmp_path, one_step(), HOSTILE)))
    assert [tag for tag, _ in found.found] == ["iframe"]
    frame = found.frame()
    assert frame["sandbox"] == ""  # no scripts, no origin, no forms, no way out
    assert frame["title"] == HOSTILE
    inside = Elements(frame["srcdoc"])
    assert "script" not in {tag for tag, _ in inside.found}
    assert HOSTILE in inside.text
    assert not found.text.strip()


def test_a_long_loop_is_cut_and_says_so(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        execution = to.add(Execution(source="for n in names:\n    LOC(image, n)\nanswer = 1")).id
        for number in range(MAX_STEPS + 70):
            add_step(to, CUP, line=2, parent=execution, arguments={"name": f"thing {number}"})
        return End(outcome="ok", answer=1, execution=execution)

    run = store(tmp_path, write)
    found = Elements(show_run(run))
    assert [tag for tag, _ in Elements(found.frame()["srcdoc"]).found].count("article") == MAX_STEPS
    assert f"The first {MAX_STEPS} of {MAX_STEPS + 70} steps" in found.text
    assert run.name in found.text


def test_a_run_that_was_killed_is_shown(tmp_path: Path) -> None:
    page = Elements(show_run(interrupt(store(tmp_path, one_step())))).frame()["srcdoc"]
    assert "interrupted" in Elements(page).text


def test_what_cannot_be_shown_is_told_as_text(tmp_path: Path) -> None:
    run = store(tmp_path, one_step(), HOSTILE)
    run.image_path(run.record.image).unlink()
    found = Elements(show_run(run))
    assert {tag for tag, _ in found.found} == {"div", "strong"}
    assert HOSTILE in found.text
    assert run.record.image in found.text
