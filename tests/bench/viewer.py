"""How long the viewer's pages take with 1 and with 10,000 stored runs.

    .venv/bin/python tests/bench/viewer.py [RUNS]        minutes; needs no server and no weights

The runs are copies of one of three steps on a photo of 600 x 400, each with a question of its own. Pages are asked for
through the application itself, without a network; each time is the median of 20.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from fastapi.testclient import TestClient

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.encode import encode
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Check, End, Execution, Step
from looksmith.agent.web.app import create_app
from looksmith.agent.web.workshop import Workshop
from looksmith.tools.core.values import Box
from looksmith.tools.media.images import load_image

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from photos import photo_path

SOURCE = 'cups = DETECT(image, "cup")\ncolor = COLOR(CROP(image, cups[0]))\nanswer = color'


def store(root: Path) -> Path:
    """One run."""
    image = load_image(photo_path("coffee"))
    recorder = Runs(root).start("What colour is cup 0?", Subject.of(image, "coffee.png"), ["DETECT", "CROP", "COLOR"])
    parent = recorder.add(Execution(parent=recorder.add(Check(source=SOURCE)).id, source=SOURCE)).id
    photo = {"type": "image", "image": recorder.keep(image), "left": 0, "top": 0, "original": [600, 400]}
    whole = {**photo, "width": 600, "height": 400}
    found = encode(Box(143.0, 11.0, 427.0, 399.0, "cup", 0.53), recorder.keep)
    part = {**photo, "left": 143, "top": 11, "width": 284, "height": 388}
    for line, tool, arguments, result in (
        (1, "DETECT", {"image": whole, "name": "cup"}, [found]),
        (2, "CROP", {"image": whole, "box": found}, part),
        (2, "COLOR", {"image": part}, "brown"),
    ):
        told = {"parent": parent, "line": line, "column": 8, "tool": tool, "backend": "bench", "arguments": arguments}
        recorder.add(Step.model_validate({**told, "result": result}))
    recorder.finish(End(outcome="ok", execution=parent, answer="brown"), "bench")
    return recorder.folder


def multiply(folder: Path, count: int) -> None:
    """So many runs in all."""
    record = (folder / "run.json").read_text()
    for number in range(1, count):
        copy = folder.parent / f"20260101-000000-{number:06x}"
        copy.mkdir()
        (copy / "images").symlink_to(folder / "images")
        shutil.copy(folder / "events.jsonl", copy)
        text = record.replace(folder.name, copy.name).replace("cup 0?", f"cup {number}?")
        (copy / "run.json").write_text(text)


def seconds(action: Callable[[], Any]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def measure(count: int) -> dict[str, float]:
    """Milliseconds of each page."""
    with tempfile.TemporaryDirectory() as home:
        folder = store(Path(home) / "runs")
        multiply(folder, count)
        client = TestClient(create_app(Workshop(Settings(Path(home)))), base_url="http://127.0.0.1")
        found = {"first list, which makes the index": 1000 * seconds(lambda: client.get("/"))}
        for name, path in (
            ("list", "/"),
            ("last page of the list", f"/?page={(count - 1) // 50}"),
            ("search", "/?q=colour+cup+0"),
            ("filter by tool", "/?tool=COLOR&outcome=ok"),
            ("run", f"/runs/{folder.name}"),
        ):
            assert client.get(path).status_code == 200
            found[name] = 1000 * statistics.median(seconds(lambda p=path: client.get(p)) for _ in range(20))
        return found


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    few, many = measure(1), measure(most)
    print(f"{'page, in ms':<36}{'1 run':>10}{f'{most:,} runs':>14}")
    for name, milliseconds in few.items():
        print(f"{name:<36}{milliseconds:>10.1f}{many[name]:>14.1f}")


if __name__ == "__main__":
    main()
