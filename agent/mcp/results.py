"""The result of a call in the protocol's form: structured, as text, and as pictures."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from pydantic import BaseModel
from rich.console import Console

from ...tools.core.call import Call
from ...tools.core.errors import LooksmithError
from ..pages.terminal import print_run
from ..reading.said import record_text, sure_text
from ..reading.view import RunView, call_text, result_text, view
from ..traces.damage import reading
from ..traces.encode import describe, encode, printable
from ..traces.stored import StoredRun
from ..traces.trace import in_utf8
from .drawings import annotated, images_in, of_run, of_steps, sent
from .held_values import Kept
from .json_values import plain

if TYPE_CHECKING:
    from mcp.types import CallToolResult, ContentBlock

RUNS = "looksmith://runs"
_WIDTH = 120


class StepResult(BaseModel):
    """A tool call of the program. number: from 1; line: of the program; call, result: as text; error: why it failed."""

    number: int
    line: int
    call: str
    result: str
    seconds: float
    error: str = ""


class RunResult(BaseModel):
    """How a question or a program ended.

    answer: as JSON, boxes in pixels of the original image; null for any outcome but `ok`. text: the answer as text,
    or the error. confidence: about how often such an answer is right. fragile: which near miss would change it.
    run, page: the id of the run, and the resource that shows all of it.
    """

    answer: Any
    text: str
    outcome: str
    expected: str = ""
    confidence: float | None = None
    assumptions: list[str] = []
    fragile: str = ""
    notices: list[str] = []
    program: str = ""
    steps: list[StepResult] = []
    seconds: float = 0.0
    run: str = ""
    page: str = ""


def told_run(run: StoredRun) -> CallToolResult:
    """The result of a run: an error for any outcome but `ok`."""
    with reading(run.folder):
        shown = view(run)
        picture = of_run(shown)
        return _run_result(shown, _answer_lines(shown), [picture] if picture else [], failed=run.record.outcome != "ok")


def explained(run: StoredRun, step: int | None) -> CallToolResult:
    """A run as text, with the pictures of its steps."""
    with reading(run.folder):
        shown, text = view(run), StringIO()
        print_run(Console(file=text, width=_WIDTH, color_system=None, force_terminal=False), shown)
        return _run_result(shown, text.getvalue().rstrip(), of_steps(shown, step), failed=False)


def told_call(call: Call, keep: Callable[[Kept], str]) -> CallToolResult:
    """The result of a tool, with the image that it looked at and what it found there."""
    from mcp.types import CallToolResult, TextContent

    if call.error is not None:
        return refused(call.error)
    found: dict[str, Any] = {"result": plain(call.value, keep), "seconds": round(call.seconds, 3)}
    more = {
        "scores": {name: float(score) for name, score in (call.scores or {}).items()},
        "found": plain(list(call.found), keep),
        "rejected": plain(list(call.rejected), keep),
        "assumptions": list(call.assumptions),
    }
    found |= {name: value for name, value in more.items() if value}
    if call.confidence is not None:
        found["confidence"] = call.confidence
    text = describe(encode(call.value, lambda image: image.source), 2_000)
    content: list[ContentBlock] = [TextContent(text=printable(text)), *_pictures(call)]
    return CallToolResult(content=content, structured_content=in_utf8(found))


def refused(error: LooksmithError) -> CallToolResult:
    """The error, for the client."""
    from mcp.types import CallToolResult, TextContent

    return CallToolResult(content=[TextContent(text=printable(in_utf8(str(error))))], is_error=True)


def run_result(shown: RunView) -> RunResult:
    """A run's record and steps."""
    record = shown.run.record
    ok = record.outcome == "ok"
    return RunResult(
        answer=_plain_stored(record.answer) if ok else None,
        text=record_text(record) if ok else record.message,
        outcome=record.outcome or "interrupted",
        expected=record.expected,
        confidence=record.confidence,
        assumptions=list(record.assumptions),
        fragile=record.fragile,
        notices=list(shown.end.notices) if shown.end else [],
        program=shown.source,
        steps=[
            StepResult(
                number=number,
                line=step.line,
                call=call_text(step),
                result="" if step.error else result_text(step),
                seconds=round(step.seconds, 3),
                error=step.error.message if step.error else "",
            )
            for number, step in enumerate(shown.steps, start=1)
        ],
        seconds=round(record.timing.total, 3),
        run=shown.run.name,
        page=f"{RUNS}/{quote(shown.run.name)}/page",
    )


def _run_result(shown: RunView, text: str, pictures: list[Any], *, failed: bool) -> CallToolResult:
    from mcp.types import CallToolResult, ResourceLink, TextContent

    told = run_result(shown)
    link = ResourceLink(name=f"run {told.run}", uri=told.page, mime_type="text/html", title="The run, step by step")
    content: list[ContentBlock] = [TextContent(text=printable(text)), *pictures, link]
    return CallToolResult(content=content, structured_content=told.model_dump(mode="json"), is_error=failed)


def _answer_lines(shown: RunView) -> str:
    """The answer with its assumptions and confidence."""
    record = shown.run.record
    if record.outcome != "ok":
        return f"{record.outcome}: {record.message}"
    doubts = [f"assumed: {one}" for one in record.assumptions] + [f"fragile: {record.fragile}"] * bool(record.fragile)
    text = sure_text(describe(record.answer, 2_000), record.confidence) if _is_long(record.answer) else None
    return "\n".join([text or record_text(record), *doubts, *(shown.end.notices if shown.end else ())])


def _is_long(answer: Any) -> bool:
    return isinstance(answer, list | dict)


def _pictures(call: Call) -> list[Any]:
    """The images that a tool made, or else the one that it looked at with what it found."""
    made = [sent(image.pixels) for image in images_in(call.value)]
    looked = next(images_in(dict(call.arguments)), None)
    if made or looked is None:
        return made[:4]
    drawn = annotated(looked, [call.value, list(call.found)])
    return [drawn] if drawn else []


def _plain_stored(value: Any) -> Any:
    """A value's stored JSON without type names; images and masks are given by size and position."""
    if isinstance(value, list):
        return [_plain_stored(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    part = cast("dict[str, Any]", value)
    match part.get("type"):
        case "float":
            return part["value"]
        case "tuple" | "set":
            return [_plain_stored(item) for item in part["items"]]
        case "dict":
            return {str(_plain_stored(key)): _plain_stored(item) for key, item in part["items"]}
        case _:
            return {name: item for name, item in part.items() if name not in ("type", "counts")}
