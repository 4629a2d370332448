"""A session over tools of the tests' own, with a language model that is played: each question takes milliseconds."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from threading import Event, Lock
from typing import Any

from PIL import Image as Pillow

from looksmith import Box, Image, NoDetection, Settings, tool
from looksmith.agent.llm.llm import GREEDY, Reply, Sample, Sampling
from looksmith.programs.prompt import Message


def red(shade: int = 200) -> Pillow.Image:
    """A picture, told from others by its shade."""
    return Pillow.new("RGB", (64, 48), (shade, 0, 0))


def huge_picture() -> str:
    """A data URL of a small file with more pixels than are read."""
    buffer = BytesIO()
    Pillow.new("1", (9000, 9000)).save(buffer, "PNG")
    return f"data:image/png;base64,{b64encode(buffer.getvalue()).decode()}"


class Said:
    """A language model whose replies a function gives. asked, wanted: what it was asked, and with what."""

    model = "played"

    def __init__(self) -> None:
        self.say: Callable[[str], str] = lambda question: "answer = 1"
        self.asked: list[Sequence[Message]] = []
        self.wanted: list[Sampling] = []
        self._lock = Lock()

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The same text for each sample."""
        with self._lock:
            self.asked.append(messages)
            self.wanted.append(sampling)
        question = messages[-1]["content"].rpartition("Question: ")[2].partition("\n")[0]
        return Reply((Sample(self.say(question)),) * sampling.n, self.model, 0, 0, 0.0, grammar=bool(sampling.grammar))

    def score(self, prompt: str, text: str) -> float:
        """All texts are as likely."""
        return 0.0


class Tools:
    """Tools without a model, but for LOOK, which answers several calls at once and stands still until `gate` is set.

    sizes: how many calls LOOK answered together; reached: is set when it is called.
    """

    backend = "model"

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.gate, self.reached = Event(), Event()

    @tool
    def FIND(self, image: Image, name: str) -> Box:
        """The box of the named thing."""
        if name == "ghost":
            raise NoDetection("No ghost was found.")
        return Box(10, 10, 40, 30, name, 0.9)

    @tool
    def FIND_ALL(self, image: Image, name: str) -> list[Box]:
        """All boxes of the named thing."""
        return [Box(10 * i, 10, 10 * i + 8, 30, name, 0.5) for i in range(3)]

    @tool
    def SHADE(self, image: Image) -> int:
        """The red of the first pixel, 0 to 255."""
        return int(image.array()[0, 0, 0])

    @tool(batch=16, many="look_many")
    def LOOK(self, image: Image) -> int:
        """The red of the first pixel, from the model."""
        return self.look_many([{"image": image}])[0]

    def look_many(self, calls: Sequence[Mapping[str, Any]]) -> list[int]:
        """LOOK for each call."""
        self.reached.set()
        assert self.gate.wait(120)
        self.sizes.append(len(calls))
        return [int(call["image"].array()[0, 0, 0]) for call in calls]


def bare_settings(home: Path) -> Settings:
    """A home without models: there are only the tools that a test brings."""
    home.mkdir(exist_ok=True)
    profile = home / "none.toml"
    profile.write_text("[models]\n[tools]\n")
    return Settings(home, device="cpu", installed=False, profile=str(profile))
