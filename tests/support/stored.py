"""Runs as they lie in a folder, written by the same recorder as real ones, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.traces.encode import encode
from looksmith.agent.traces.runs import Recorder, Runs, StoredRun
from looksmith.agent.traces.trace import End, Execution, Step
from looksmith.tools.core.values import Box, Image

PHOTO = Image.of(Pillow.linear_gradient("L").resize((200, 150)))
OTHER = Image.of(Pillow.new("RGB", (80, 60), "blue"))
CUP = Box(20, 30, 90, 120, "cup", 0.9)

Write = Callable[[Recorder], End]


def store(
    home: Path, write: Write, question: str = "How many cups?", images: tuple[Image, ...] = (PHOTO,)
) -> StoredRun:
    """A run to which `write` adds the events and gives the last. home: the folder that holds `runs`."""
    runs = Runs(home / "runs")
    named = [(image, f"photo {number}.png") for number, image in enumerate(images)]
    recorder = runs.start(question, Subject.named(named), ["LOC"])
    recorder.finish(write(recorder), "coder")
    return runs.load(str(recorder.folder))


def add_step(to: Recorder, result: Any, tool: str = "LOC", line: int = 1, **more: Any) -> Step:
    """A step with values as programs hold them. arguments: by name, the photo if there are none."""
    arguments = more.pop("arguments", {"image": PHOTO, "name": "cup"})
    coded = {name: [encode(value, to.keep) for value in more.pop(name, ())] for name in ("found", "rejected")}
    step = Step(
        line=line,
        column=0,
        tool=tool,
        backend="toy",
        arguments={name: encode(value, to.keep) for name, value in arguments.items()},
        result=encode(result, to.keep),
        **coded,
        **more,
    )
    return to.add(step)


def one_step(result: Any = CUP, **more: Any) -> Write:
    """A program with a single step, which answers 1."""

    def write(to: Recorder) -> End:
        execution = to.add(Execution(source='cup = LOC(image, "cup")\nanswer = 1')).id
        add_step(to, result, parent=execution, **more)
        return End(outcome="ok", answer=1, execution=execution)

    return write


def no_step(to: Recorder) -> End:
    """A program that calls no tool."""
    return End(outcome="ok", answer=1, execution=to.add(Execution(source="answer = 1")).id)


def interrupt(run: StoredRun) -> StoredRun:
    """What a kill leaves of a run: no end, and half a last line."""
    log, record = run.folder / "events.jsonl", run.folder / "run.json"
    *lines, _ = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines) + b'{"id": 7, "ki')
    told = run.record.model_copy(update={"outcome": None, "answer": None})
    record.write_text(told.model_dump_json(), encoding="utf-8")
    return Runs(run.folder.parent).load(str(run.folder))
