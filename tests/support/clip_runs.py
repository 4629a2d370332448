"""Runs about the small videos of `clips.py`, written by hand: a step that saw the square, with its moments."""

from __future__ import annotations

from pathlib import Path

from clips import square

from looksmith.agent.inputs.subject import load_subject
from looksmith.agent.traces.encode import encode
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import Check, End, Execution, Step
from looksmith.tools.core.times import Moment, Segment
from looksmith.tools.core.values import Image

QUESTION = "When is the square there?"
SPAN = Segment(0.5, 1.5, "square")


def _no_image(image: Image) -> str:
    return image.source


def clip_run(home: Path, path: Path, span: Segment = SPAN) -> StoredRun:
    """A run that saw the square in every other frame of a span, of a clip with ten frames each second."""
    subject = load_subject([path])
    video = subject.video
    assert video is not None
    recorder = Runs(home / "runs").start(QUESTION, subject, [])
    source = 'answer = WHEN(video, "square")'
    execution = recorder.add(Execution(parent=recorder.add(Check(source=source)).id, source=source)).id
    moments = [Moment(n / 10, square(n)) for n in range(round(10 * span.start), round(10 * span.end), 2)]
    answer = encode([span], _no_image)
    frame = {"time": span.start, "image": recorder.keep_frame(video, video.index(span.start))}
    told = {"line": 1, "column": 9, "tool": "WHEN", "backend": "frames", "parent": execution, "result": answer}
    arguments = {"video": encode(video, _no_image), "name": "square", "which": ""}
    step = {**told, "arguments": arguments, "frames": [{**frame, "size": (video.width, video.height)}]}
    recorder.add(Step.model_validate({**step, "moments": [encode(one, _no_image) for one in moments]}))
    recorder.finish(End(outcome="ok", execution=execution, answer=answer), "played")
    return Runs(home / "runs").load(recorder.folder.name)
