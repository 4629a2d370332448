"""What `looksmith export` refuses, and what it says about runs that are damaged or interrupted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from exporting import Page, done, export

from looksmith.agent.cli.main import main
from looksmith.agent.traces.runs import StoredRun
from looksmith.tools.core.values import Box
from stored import OTHER, interrupt, one_step, store

FORMS = ("html", "folder", "coco", "png")


def lose_picture(run: StoredRun) -> StoredRun:
    run.image_path(run.record.image).unlink()
    return run


@pytest.mark.parametrize("form", FORMS)
def test_a_missing_picture_is_told(tmp_path: Path, form: str) -> None:
    run = lose_picture(store(tmp_path, one_step()))
    result = export(tmp_path, "--to", form, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert run.record.image in result.output


@pytest.mark.parametrize("form", ("folder", "coco", "png"))
def test_one_run_that_cannot_be_read_does_not_keep_the_others(tmp_path: Path, form: str) -> None:
    lost = lose_picture(store(tmp_path, one_step()))
    whole = store(tmp_path, one_step(Box(1, 2, 30, 40, "mug"), arguments={"image": OTHER}), images=(OTHER,))
    damaged = store(tmp_path, one_step())
    (damaged.folder / "events.jsonl").write_text("{}\n")
    names = [lost.name, whole.name, damaged.name]
    result = export(tmp_path, "--to", form, *names, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert result.output.count("Skipped") == 2
    written = " ".join(str(path) for path in (tmp_path / "out").rglob("*"))
    assert (whole.name if form != "coco" else OTHER.source) in written
    assert lost.name not in written


def test_when_none_of_several_can_be_read_it_is_an_error(tmp_path: Path) -> None:
    names = [lose_picture(store(tmp_path, one_step())).name for _ in range(2)]
    result = export(tmp_path, "--to", "folder", *names, "-o", tmp_path / "out")
    assert (result.exit_code, "None of the 2 runs" in result.output) == (2, True)


@pytest.mark.parametrize("form", ("html", "folder"))
def test_an_interrupted_run_has_a_page(tmp_path: Path, form: str) -> None:
    run = interrupt(store(tmp_path, one_step()))
    done(tmp_path, "--to", form, "-o", tmp_path / "out")
    page = tmp_path / "out" if form == "html" else tmp_path / "out" / "runs" / f"{run.name}.html"
    assert "interrupted" in Page(page).text


@pytest.mark.parametrize("form", FORMS)
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, form: str) -> None:
    store(tmp_path, one_step())
    (tmp_path / "file").write_text("in the way")
    result = export(tmp_path, "--to", form, "-o", tmp_path / "file" / "out")
    assert result.exit_code == 2
    assert "cannot be written" in result.output
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize("form", ("folder", "coco"))
def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, form: str) -> None:
    store(tmp_path, one_step())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    result = export(tmp_path, "--to", form, "-o", tmp_path / "out")
    assert (result.exit_code, "not empty" in result.output) == (2, True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_an_option_that_says_nothing_to_the_form_is_refused(tmp_path: Path) -> None:
    store(tmp_path, one_step())
    for arguments in (("--step", "1"), ("--to", "coco", "--content"), ("--to", "otel", "-o", "x")):
        assert export(tmp_path, *arguments).exit_code == 2
    assert export(tmp_path, "nothing").exit_code == 2


@pytest.mark.parametrize(
    ("form", "package"),
    [
        ("coco", "supervision"),
        ("png", "supervision"),
        ("otel", "opentelemetry.exporter.otlp.proto.http.trace_exporter"),
    ],
)
def test_a_missing_package_is_told_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, package: str
) -> None:
    store(tmp_path, one_step())
    monkeypatch.setitem(sys.modules, package, None)
    result = export(tmp_path, "--to", form)
    assert result.exit_code == 4
    assert "pip install 'looksmith[export]'" in result.output


def test_a_record_that_names_another_place_is_written_where_its_folder_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store(tmp_path, one_step())
    record = run.record.model_copy(update={"id": "../../outside"})
    (run.folder / "run.json").write_text(record.model_dump_json())
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    for command in (["export"], ["show", "--html"]):
        result = CliRunner().invoke(main, [*command, str(run.folder)])
        assert result.exit_code == 0, result.output
        Path(f"{run.name}.html").unlink()
    assert not list(tmp_path.glob("*.html"))
