"""What a process holds after many questions: no picture of an earlier one, and two of malloc's arenas."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from weakref import ref

import arenas as arenas_module
import pytest
from engines import Said, bare_settings, red

from looksmith import Box, Image, Looksmith, NoDetection, tool

PICTURES = map(red, count())
"""Each is another one, or its results would be known."""


class Eyes:
    """A model. seen: weak references to the pictures that it was shown."""

    backend = "model"

    def __init__(self) -> None:
        self.seen: list[ref[Any]] = []

    @tool
    def FIND(self, image: Image, name: str) -> Box:
        """The box of the named thing."""
        self.seen.append(ref(image.pixels))
        if name == "ghost":
            raise NoDetection("No ghost was found.")
        if name == "bug":
            raise KeyError(name)
        return Box(10, 10, 40, 30, name, 0.9)

    @tool
    def FIND_ALL(self, image: Image, name: str) -> list[Box]:
        """All boxes of the named thing."""
        return [Box(10 * i, 10, 10 * i + 8, 30, name, 0.5) for i in range(3)]

    def left(self) -> int:
        """How many pictures are still alive, once the threads that served them had the time to let go."""
        end = monotonic() + 120
        while (alive := sum(one() is not None for one in self.seen)) and monotonic() < end:
            sleep(0.05)
        return alive


@pytest.fixture(scope="module")
def llm() -> Said:
    """The language model; a test says what it says."""
    return Said()


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    """The tools."""
    return Eyes()


@pytest.fixture(scope="module")
def looksmith(llm: Said, eyes: Eyes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looksmith]:
    """A session that has answered a question: what a first one imports may keep it until it is collected.

    Without the garbage collector, which may not come for minutes to a process that has loaded models.
    """
    with Looksmith(tools=[eyes], llm=llm, settings=bare_settings(tmp_path_factory.mktemp("home"))) as made:
        assert made.ask(red(), "How many?").ok
        gc.collect()
        gc.disable()
        yield made
        gc.enable()


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        ('answer = FIND(image, "cup").width > 3', "ok"),
        ('n = 0\nfor box in FIND_ALL(image, "cup"):\n    n += FIND(image, box.label).width\nanswer = n > 2', "ok"),
        ('answer = FIND(image, "ghost").width > 3', "no_detection"),
        ('answer = FIND(image, "bug").width > 3', "tool_error"),
        ('answer = sum([FIND(image, f"cup {n}").width for n in range(501)]) > 3', "budget"),
    ],
)
def test_no_picture_of_an_earlier_question_is_kept(
    looksmith: Looksmith, llm: Said, eyes: Eyes, program: str, outcome: str
) -> None:
    llm.say = lambda _: program
    eyes.seen.clear()
    outcomes = {looksmith.ask(picture, "Is there a cup?").outcome for picture in islice(PICTURES, 2)}
    assert outcomes == {outcome} and eyes.seen
    assert eyes.left() == 0


ARENAS = """
import sys
from pathlib import Path
from arenas import arenas_of_threads
from looksmith.tools.threads.limits import limit_threads
limit_threads()
print(arenas_of_threads(Path(sys.argv[1])))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's malloc has arenas")
@pytest.mark.parametrize(("chosen", "arenas"), [("", 2), ("5", 5)])
def test_threads_share_arenas_unless_the_user_set_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, arenas: int
) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    if chosen:
        monkeypatch.setenv("MALLOC_ARENA_MAX", chosen)
    monkeypatch.setenv("PYTHONPATH", str(Path(str(arenas_module.__file__)).parent))
    command = [sys.executable, "-c", ARENAS, tmp_path / "arenas.xml"]
    assert int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) == arenas
