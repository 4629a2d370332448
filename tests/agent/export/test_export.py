"""Exports: what other programs read of a run is what the run says, and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
import supervision as sv
from click.testing import CliRunner, Result
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from PIL import Image as Pillow
from pycocotools.coco import COCO

from looksmith.agent.cli.main import main
from looksmith.agent.evaluate.blame_report import Blamed, BlameReport, ToolErrors
from looksmith.agent.evaluate.evaluation import Row
from looksmith.agent.evaluate.folder import EvalRecord, Plan
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.traces.runs import Recorder, StoredRun
from looksmith.agent.traces.trace import Attempt, Ballot, Check, Draft, End, Execution, Failure, Vote
from looksmith.agent.traces.trace import Result as Ended
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.tools.core.values import Box, Image, Mask, Point
from stored import CUP, OTHER, PHOTO, Write, add_step, interrupt, no_step, one_step, store

HOSTILE = """</title></style>"><script>alert(1)</script><img src=x onerror='alert(1)'>{{ 7 * 7 }}"""


def export(home: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["export", "--home", str(home), *map(str, arguments)])


def done(home: Path, *arguments: str | Path) -> dict[str, Any]:
    """What the command says it did."""
    result = export(home, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


class Page(HTMLParser):
    """The elements of a page, and the text people read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._hidden = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._hidden = tag == "style"

    def handle_data(self, data: str) -> None:
        """Text, of which the style sheet is none."""
        self.text += "" if self._hidden else data

    def all(self, tag: str, name: str) -> list[str]:
        """The value of an attribute in each element that has it."""
        return [attributes[name] for found, attributes in self.elements if found == tag and name in attributes]


# -- pages


def test_a_run_is_one_file_with_its_page(tmp_path: Path) -> None:
    run = store(tmp_path, one_step())
    out = tmp_path / "run.html"
    assert done(tmp_path, run.name, "-o", out) == {"written": [str(out)]}
    assert out.read_text(encoding="utf-8") == render_page(view(run))


def test_without_a_name_it_is_the_last_run(tmp_path: Path) -> None:
    store(tmp_path, one_step(), "The first?")
    store(tmp_path, one_step(), "The last?")
    done(tmp_path, "-o", tmp_path / "run.html")
    assert "The last?" in Page(tmp_path / "run.html").text


def test_a_folder_has_a_page_for_each_run_and_only_links_that_stay_inside(tmp_path: Path) -> None:
    runs = [store(tmp_path, one_step(), f"Question {number}?") for number in range(3)]
    out = tmp_path / "to share"
    done(tmp_path, "--to", "folder", *(run.name for run in runs), "-o", out)
    index = Page(out / "index.html")
    for page, folder in [(index, out), *((Page(out / "runs" / f"{run.name}.html"), out / "runs") for run in runs)]:
        links = [link for tag, name in (("a", "href"), ("img", "src")) for link in page.all(tag, name)]
        for link in links:
            assert link.startswith("#") or (folder / unquote(link)).resolve().is_relative_to(out.resolve())
            assert link.startswith("#") or (folder / unquote(link)).is_file(), link
        assert not [tag for tag, _ in page.elements if tag in ("script", "link", "iframe")]
    assert [f"Question {number}?" in index.text for number in range(3)] == [True] * 3
    with Pillow.open(out / index.all("img", "src")[0]) as thumb:
        assert max(thumb.size) <= 160


def test_hostile_text_is_only_text_in_an_index(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        return End(outcome="ok", answer=HOSTILE, execution=to.add(Execution(source="answer = 1")).id)

    def shown(text: str, home: Path) -> Page:
        store(home, write, text)
        done(home, "--to", "folder", "-o", home / "out")
        return Page(home / "out" / "index.html")

    found = shown(HOSTILE, tmp_path / "hostile")
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in shown("plain", tmp_path / "plain").elements]
    assert found.text.count("<script>alert(1)</script>") == 2
    assert "{{ 7 * 7 }}" in found.text


def test_several_runs_are_no_one_file(tmp_path: Path) -> None:
    names = [store(tmp_path, one_step()).name for _ in range(2)]
    result = export(tmp_path, *names, "-o", tmp_path / "run.html")
    assert result.exit_code == 2
    assert "--to folder" in result.output
    assert not (tmp_path / "run.html").exists()


# -- an evaluation


def evaluated(home: Path, *, blamed: bool) -> Path:
    """The folder of an evaluation of two questions, of which the second is answered wrong."""
    folder = home / "evals" / "cups-dev"
    runs = [store(folder, one_step(), question) for question in ("Is it a cup?", f"Is it {HOSTILE}?")]
    plan = Plan(dataset="cups", split="dev", n=2, oracle=False, model="coder", data="", tools="", code="")
    record = EvalRecord(
        started=datetime.now().astimezone(), command="looksmith eval", commit="", versions={}, plan=plan
    )
    (folder / "eval.json").write_text(record.model_dump_json())
    rows = [
        Row(
            id=str(n), question=run.record.question, expected=1 + n, scorer="exact", answer=1, outcome="ok", score=1 - n
        )
        for n, run in enumerate(runs)
    ]
    told = [row.model_copy(update={"run": run.name}).model_dump_json() for row, run in zip(rows, runs, strict=True)]
    (folder / "results.jsonl").write_text("\n".join(told) + "\n")
    if blamed:
        why = f"step 1 should have found {HOSTILE}"
        wrong = Blamed(id="1", run=runs[1].name, question="", stage="tool", step=1, line=1, why=why)
        errors = ToolErrors(tool="LOC", backend="toy", calls=2, wrong=1, rate=0.5, interval=(0.1, 0.9), if_perfect=1.0)
        report = BlameReport(
            n=2,
            accuracy=0.5,
            interval=(0.1, 0.9),
            stages={"tool": 1},
            program_rate=0.0,
            predicted=0.5,
            if_tools_perfect=1.0,
            tools=[errors],
            wrong=[wrong],
        )
        (folder / "blame.json").write_text(report.model_dump_json())
    return folder


@pytest.mark.parametrize("blamed", [True, False])
def test_an_evaluation_is_a_report_in_one_file(tmp_path: Path, blamed: bool) -> None:
    folder, out = evaluated(tmp_path, blamed=blamed), tmp_path / "report.html"
    done(tmp_path, folder, "-o", out)
    page = Page(out)
    for told in ("cups dev: 2 of 2 questions", "50.0 % right", HOSTILE, "LOC"):
        assert told in page.text
    assert ("step 1 should have found" in page.text) is blamed
    assert ("50.0 % (10.0 to 90.0)" in page.text) is blamed
    assert "Is it a cup?" not in page.text  # only what went wrong is listed
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.all("img", "src"))
    assert not [tag for tag, _ in page.elements if tag in ("script", "link", "iframe")]
    assert not page.all("a", "href")


def test_a_report_in_a_folder_leads_to_the_page_of_each_run(tmp_path: Path) -> None:
    evaluated(tmp_path, blamed=True)
    done(tmp_path, "cups-dev", "--to", "folder", "-o", tmp_path / "out")  # by its name
    links = Page(tmp_path / "out" / "index.html").all("a", "href")
    assert len(links) == 3  # the wrong one, and both in the list
    assert all((tmp_path / "out" / link).is_file() for link in links)


# -- COCO

RING = np.zeros((150, 200), dtype=bool)
RING[20:120, 30:160] = True
RING[50:80, 60:110] = False
RING[140:145, 5:9] = True


def coco(home: Path, *names: str) -> tuple[Any, Any]:
    """The data set as pycocotools and as supervision read it."""
    out = home / "coco"
    done(home, "--to", "coco", *names, "-o", out)
    annotations = out / "annotations.json"
    return COCO(annotations), sv.DetectionDataset.from_coco(str(out / "images"), str(annotations), force_masks=True)


def test_boxes_and_masks_come_back_as_they_were_found(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        execution = to.add(Execution(source="cup = LOC(image)\nring = SEGMENT(image, cup)\nanswer = 1")).id
        add_step(to, CUP, parent=execution, rejected=[Box(1, 1, 9, 9, "mug", 0.1)])
        add_step(to, Mask.from_array(RING, "ring", 0.5), "SEGMENT", 2, arguments={"image": PHOTO, "box": CUP})
        add_step(to, CUP, "LARGEST", 3, arguments={"boxes": [CUP]})  # passed on, not found again
        return End(outcome="ok", answer=1, execution=execution)

    run = store(tmp_path, write)
    read, dataset = coco(tmp_path)
    box, ring = read.dataset["annotations"]
    assert [one["name"] for one in read.loadCats([box["category_id"], ring["category_id"]])] == ["cup", "ring"]
    assert (box["bbox"], box["area"], box["score"], box["run"], box["step"]) == (
        [20, 30, 70, 90],
        6300,
        0.9,
        run.name,
        1,
    )
    assert (ring["bbox"], ring["area"], ring["iscrowd"]) == ([5, 20, 155, 125], RING.sum(), 0)
    assert (read.annToMask(ring).astype(bool) == RING).all()
    ((_, _, detections),) = list(dataset)
    assert detections.xyxy.tolist() == [[20, 30, 90, 120], [5, 20, 160, 145]]
    assert detections.mask is not None
    assert (detections.mask[1] == RING).all()


def test_an_image_that_several_runs_are_about_is_there_once(tmp_path: Path) -> None:
    spoon = Box(5, 5, 50, 40, "spoon", 0.4)
    names = [store(tmp_path, one_step(box)).name for box in (CUP, spoon, CUP)]
    names.append(store(tmp_path, no_step, images=(OTHER,)).name)
    read, _ = coco(tmp_path, *names)
    assert [(one["width"], one["height"], one["name"]) for one in read.dataset["images"]] == [
        (200, 150, "photo 0.png"),
        (80, 60, "photo 0.png"),
    ]
    assert [one["image_id"] for one in read.dataset["annotations"]] == [1, 1]
    assert [one["name"] for one in read.dataset["categories"]] == ["cup", "spoon"]


def test_a_box_that_was_found_in_a_crop_lies_in_the_whole_picture(tmp_path: Path) -> None:
    crop = PHOTO.crop(Box(10, 20, 100, 130))
    store(tmp_path, one_step(Box(30, 40, 60, 70), arguments={"image": crop}))
    read, _ = coco(tmp_path)
    (found,) = read.dataset["annotations"]
    assert found["bbox"] == [30, 40, 30, 30]
    assert read.loadCats(found["category_id"])[0]["name"] == "object"


def test_a_picture_of_which_only_a_part_is_stored_keeps_what_lies_there(tmp_path: Path) -> None:
    inside = np.zeros((256, 256), dtype=bool)
    inside[105:115, 12:18] = True
    part = Image.of(Pillow.linear_gradient("L")).crop(Box(10, 100, 30, 120))  # of a picture that nobody kept
    store(tmp_path, one_step([Box(12, 103, 20, 110, "x"), Mask.from_array(inside, "y")], arguments={"image": part}))
    read, _ = coco(tmp_path)
    box, mask = read.dataset["annotations"]
    assert (box["bbox"], mask["bbox"]) == ([2, 3, 8, 7], [2, 5, 6, 10])
    assert (read.annToMask(mask).astype(bool) == inside[100:120, 10:30]).all()


def test_points_and_runs_without_steps_make_no_annotation(tmp_path: Path) -> None:
    names = [store(tmp_path, one_step(Point(3, 4, "cup"))).name, interrupt(store(tmp_path, no_step)).name]
    read, _ = coco(tmp_path, *names)
    assert (len(read.dataset["images"]), read.dataset["annotations"]) == (1, [])


# -- pictures


def pixels(path: str | Path) -> np.ndarray:
    with Pillow.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def greenish(color: np.ndarray) -> bool:
    red, green, blue = color
    return bool(green > red + 60 and green > blue + 40)


def large(color: str = "gray") -> Image:
    return Image.of(Pillow.new("RGB", (600, 500), color))


def test_a_box_is_drawn_where_it_was_found(tmp_path: Path) -> None:
    box = Box(100, 200, 300, 400, "cup", 0.9)
    run = store(tmp_path, one_step(box, arguments={"image": large()}), images=(large(),))
    (file,) = done(tmp_path, "--to", "png", "-o", tmp_path / "out")["written"]
    assert Path(file).name == f"{run.name}-step-1.png"
    drawn = pixels(file)
    assert drawn.shape == (500, 600, 3)
    for x, y in ((100, 300), (300, 300), (200, 400)):
        assert greenish(drawn[y, x])
    for x, y in ((200, 300), (50, 300), (350, 300), (590, 20)):
        assert drawn[y, x].tolist() == [128, 128, 128]


def test_masks_and_points_are_drawn_and_roles_have_colors(tmp_path: Path) -> None:
    inside = np.zeros((500, 600), dtype=bool)
    inside[100:200, 50:150] = True
    found = [Mask.from_array(inside), Point(500, 400)]
    given = Box(400, 50, 500, 100)
    write = one_step(found, arguments={"image": large(), "box": given}, rejected=[Box(300, 300, 350, 350)])
    store(tmp_path, write, images=(large(),))
    (file,) = done(tmp_path, "--to", "png", "-o", tmp_path / "step.png")["written"]
    drawn = pixels(file)
    assert greenish(drawn[150, 100])
    assert drawn[250, 100].tolist() == [128, 128, 128]
    assert greenish(drawn[400, 500])
    assert drawn[75, 400][2] > drawn[75, 400][0] + 60  # given: blue
    assert drawn[325, 300][0] > drawn[325, 300][2] + 60  # not taken: orange


def test_a_small_view_is_enlarged_with_what_is_drawn_on_it(tmp_path: Path) -> None:
    crop = large().crop(Box(100, 100, 160, 140))
    store(tmp_path, one_step(Box(110, 110, 130, 130), arguments={"image": crop}), images=(large(),))
    (file,) = done(tmp_path, "--to", "png", "-o", tmp_path / "step.png")["written"]
    drawn = pixels(file)
    height, width, _ = drawn.shape
    assert (width / 60, height / 40) == (8, 8)
    assert greenish(drawn[20 * 8, 10 * 8])
    assert drawn[20 * 8, 20 * 8].tolist() == [128, 128, 128]


def test_one_step_is_drawn_though_it_has_nothing_to_mark(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        execution = to.add(Execution(source="a = EXISTS(image)\nb = LOC(images[1])\nanswer = 1")).id
        add_step(to, True, "EXISTS", parent=execution)
        add_step(to, CUP, line=2, parent=execution)
        return End(outcome="ok", answer=1, execution=execution)

    run = store(tmp_path, write)
    assert len(done(tmp_path, "--to", "png", "-o", tmp_path / "all")["written"]) == 1
    (file,) = done(tmp_path, "--to", "png", "--step", "1", "-o", tmp_path / "one")["written"]
    assert Path(file).name == f"{run.name}-step-1.png"
    result = export(tmp_path, "--to", "png", "--step", "3", "-o", tmp_path / "none")
    assert result.exit_code == 2
    assert f"{run.name} has no step 3: it has 2 steps." in result.output


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    store(tmp_path, no_step)
    result = export(tmp_path, "--to", "png", "-o", tmp_path / "out")
    assert (result.exit_code, "No step has a box" in result.output) == (2, True)
    store(tmp_path, one_step(CUP))
    names = [run.name for run in sorted((tmp_path / "runs").iterdir())]
    store(tmp_path, one_step(CUP))
    several = export(tmp_path, "--to", "png", names[-1], "last", "-o", tmp_path / "one.png")
    assert (several.exit_code, "a single file" in several.output) == (2, True)


# -- spans


class Collector:
    """Takes OTLP over HTTP as the protocol has it, and keeps what it was sent. status: of its replies."""

    def __init__(self, status: int = 200) -> None:
        self.requests: list[tuple[str, ExportTraceServiceRequest]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/x-protobuf"
                collector.requests.append((self.path, ExportTraceServiceRequest.FromString(body)))
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[Collector]:
        """While it is open."""
        thread = Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    @property
    def spans(self) -> list[Span]:
        """All spans, in order."""
        return [
            span
            for _, request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector().serving() as open_collector:
        yield open_collector


def said(span: Span) -> dict[str, Any]:
    """The attributes of a span."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "") for one in span.attributes}


def conversation(to: Recorder) -> End:
    """An attempt that is refused, and one of two samples, of which one fails when it runs."""
    ask = [{"role": "user", "content": "secret prompt"}]
    refused = to.add(
        Attempt(number=1, model="coder", messages=ask, reply="NO()", prompt_tokens=70, completion_tokens=9)
    )
    problem = Diagnostic(kind="type_error", code="x", line=1, column=0, message="There is no tool NO.")
    to.add(Check(parent=refused.id, source="NO()", diagnostics=(problem,)))
    drafts = [Draft(text="secret one"), Draft(text="secret two")]
    attempt = to.add(Attempt(number=2, model="coder", messages=ask, samples=drafts, temperature=0.5, seconds=0.001))
    executions: list[int] = []
    for number in range(2):
        check = to.add(Check(parent=attempt.id, source="answer = LOC(image)", samples=(number,)))
        executions.append(to.add(Execution(parent=check.id, source="answer = LOC(image)")).id)
        error = Failure(kind="NoDetection", message="No cup was found.") if number else None
        add_step(to, None if error else CUP, parent=executions[-1], seconds=0.002, load_seconds=0.001, error=error)
        outcome = "no_detection" if error else "ok"
        to.add(Ended(parent=executions[-1], outcome=outcome, message=error.message if error else ""))
    to.add(Vote(ballots=(Ballot(answer=1, votes=1, executions=(executions[0],)),), execution=executions[0]))
    return End(outcome="ok", answer="secret answer", execution=executions[0])


def by_id(spans: list[Span]) -> dict[bytes, Span]:
    return {span.span_id: span for span in spans}


def test_spans_stand_as_in_the_trace(tmp_path: Path, collector: Collector) -> None:
    run = store(tmp_path, conversation)
    assert done(tmp_path, "--to", "otel", "--endpoint", collector.url)["spans"] == len(collector.spans)
    ((path, request),) = collector.requests
    assert path == "/v1/traces"
    resource = {one.key: one.value.string_value for one in request.resource_spans[0].resource.attributes}
    assert resource["service.name"] == "looksmith"
    spans = by_id(collector.spans)
    assert len({span.trace_id for span in spans.values()}) == 1
    tree = [(span.name, spans[span.parent_span_id].name if span.parent_span_id else None) for span in spans.values()]
    ran = [("program", "attempt 2"), ("run program", "program"), ("execute_tool LOC", "run program")]
    assert tree == [
        ("invoke_agent looksmith", None),
        *[("attempt 1", "invoke_agent looksmith"), ("chat coder", "attempt 1"), ("program", "attempt 1")],
        *[("attempt 2", "invoke_agent looksmith"), ("chat coder", "attempt 2"), *ran, *ran],
        ("vote", "invoke_agent looksmith"),
    ]
    root = collector.spans[0]
    assert abs(root.start_time_unix_nano / 1e9 - run.record.started.timestamp()) < 1e-5
    assert abs((root.end_time_unix_nano - root.start_time_unix_nano) / 1e9 - run.record.timing.total) < 1e-5


@pytest.mark.parametrize("write", [conversation, one_step(seconds=0.001)])
def test_times_are_those_of_the_trace_and_children_lie_inside_of_their_parents(
    tmp_path: Path, collector: Collector, write: Write
) -> None:
    run = store(tmp_path, write)
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    spans, began = by_id(collector.spans), collector.spans[0].start_time_unix_nano
    for span in spans.values():
        assert span.start_time_unix_nano <= span.end_time_unix_nano
        if span.parent_span_id:
            parent = spans[span.parent_span_id]
            assert parent.start_time_unix_nano <= span.start_time_unix_nano
            assert span.end_time_unix_nano <= parent.end_time_unix_nano
    steps = [event for event in run.events if event.kind == "step"]
    found = [span for span in spans.values() if span.name == "execute_tool LOC"]
    for step, span in zip(steps, found, strict=True):
        assert abs((span.end_time_unix_nano - began) / 1e9 - step.at) < 1e-6
        assert span.end_time_unix_nano - span.start_time_unix_nano <= (step.seconds + step.load_seconds) * 1e9 + 1000


def test_attributes_follow_the_conventions_for_generative_ai(tmp_path: Path, collector: Collector) -> None:
    store(tmp_path, conversation)
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    chats = [span for span in collector.spans if span.name == "chat coder"]
    assert [span.kind for span in chats] == [Span.SPAN_KIND_CLIENT] * 2
    first, second = map(said, chats)
    assert first["gen_ai.operation.name"] == "chat"
    assert (first["gen_ai.usage.input_tokens"], first["gen_ai.usage.output_tokens"]) == (70, 9)
    assert (second["gen_ai.request.model"], second["gen_ai.request.temperature"]) == ("coder", 0.5)
    assert second["gen_ai.request.choice.count"] == 2
    tool = said(next(span for span in collector.spans if span.name == "execute_tool LOC"))
    assert (tool["gen_ai.operation.name"], tool["gen_ai.tool.name"]) == ("execute_tool", "LOC")
    assert said(collector.spans[0])["gen_ai.operation.name"] == "invoke_agent"


def test_errors_are_the_status_of_their_spans(tmp_path: Path, collector: Collector) -> None:
    store(tmp_path, conversation)
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    failed = [
        (span.name, said(span)["error.type"], span.status.message) for span in collector.spans if span.status.code
    ]
    assert failed == [
        ("program", "type_error", "line 1: There is no tool NO."),
        ("run program", "no_detection", "No cup was found."),
        ("execute_tool LOC", "NoDetection", "No cup was found."),
    ]


def test_what_may_be_private_is_sent_only_when_asked_for(tmp_path: Path, collector: Collector) -> None:
    store(tmp_path, conversation, "secret question")
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    assert "secret" not in str(collector.requests)
    done(tmp_path, "--to", "otel", "--endpoint", collector.url, "--content")
    told = [said(span) for span in collector.spans[len(collector.spans) // 2 :]]
    assert json.loads(told[0]["gen_ai.input.messages"])[0]["parts"][0]["content"] == "secret question"
    chat = next(one for one in told if one.get("gen_ai.request.choice.count"))
    assert [one["parts"][0]["content"] for one in json.loads(chat["gen_ai.output.messages"])] == [
        "secret one",
        "secret two",
    ]
    step = next(one for one in told if "gen_ai.tool.call.result" in one)
    assert json.loads(step["gen_ai.tool.call.result"])["label"] == "cup"
    assert json.loads(step["gen_ai.tool.call.arguments"])["name"] == "cup"


def test_a_run_that_is_sent_again_has_the_same_ids(tmp_path: Path, collector: Collector) -> None:
    store(tmp_path, conversation)
    for _ in range(2):
        done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    ids = [(span.trace_id, span.span_id) for span in collector.spans]
    assert ids[: len(ids) // 2] == ids[len(ids) // 2 :]
    assert len(set(ids)) == len(ids) // 2


def test_an_interrupted_run_is_an_error_of_its_root(tmp_path: Path, collector: Collector) -> None:
    interrupt(store(tmp_path, one_step()))
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    names = [(span.name, said(span).get("error.type")) for span in collector.spans]
    assert names == [("invoke_agent looksmith", "interrupted"), ("run program", None), ("execute_tool LOC", None)]


def test_the_environment_names_the_collector(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, one_step())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"{collector.url}/")
    assert done(tmp_path, "--to", "otel")["endpoint"] == f"{collector.url}/v1/traces"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{collector.url}/mine")
    done(tmp_path, "--to", "otel")
    assert [path for path, _ in collector.requests] == ["/v1/traces", "/mine"]


def test_a_collector_that_does_not_take_spans_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(tmp_path, one_step())
    with Collector(400).serving() as refusing:
        result = export(tmp_path, "--to", "otel", "--endpoint", refusing.url)
    assert result.exit_code == 4
    assert "did not accept the spans" in result.output
    assert "400" in result.output
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    assert export(tmp_path, "--to", "otel", "--endpoint", refusing.url).exit_code == 4  # nobody is there any more
    assert export(tmp_path, "--to", "otel", "--endpoint", "localhost:4318").exit_code == 2


# -- bad input

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
