"""A real Ray cluster of two nodes on this machine, and simulated tools that replicas can import."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from arenas import arenas_of_threads

from looksmith.agent.llm.llm import GREEDY, Reply, Sample, Sampling
from looksmith.programs.prompt import Message
from looksmith.tools.core.errors import NoDetection, ToolError, UnknownName
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image

MEMORY = 100 << 20


@contextmanager
def two_nodes() -> Generator[Any]:
    """A cluster whose second node alone has a GPU, as Ray counts them; this process is connected to it."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 2, "object_store_memory": MEMORY, "include_dashboard": False}
    with patch.dict(os.environ, PYTHONPATH=str(Path(__file__).parent)):  # of all processes of the cluster
        cluster = Cluster(initialize_head=True, head_node_args=head)
        cluster.add_node(num_cpus=3, num_gpus=1, object_store_memory=MEMORY)
    try:
        ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
        yield cluster
    finally:
        ray.shutdown()
        cluster.shutdown()


class Told(NoDetection):
    """An error of a tool's own, which takes what other processes do not know how to give."""

    def __init__(self, name: str, place: Box) -> None:
        super().__init__(f"no {name} in {place.label}", hint="look elsewhere")


class Simulated:
    """A model that takes 20 ms for a batch, and whose batches can be seen."""

    backend = "simulated"
    identity = "simulated 1"

    def load(self) -> None:
        """Takes a while."""
        time.sleep(0.05)

    @tool(batch=32, many="look_many")
    def LOOK(self, number: int) -> int:
        """Twice the number."""
        return self._look([number])[0]

    def look_many(self, calls: Sequence[Mapping[str, Any]]) -> list[int]:
        """LOOK for each call."""
        return self._look([call["number"] for call in calls])

    def _look(self, numbers: list[int]) -> list[int]:
        if 13 in numbers:
            raise ValueError("unlucky")
        time.sleep(0.02)
        return [2 * number for number in numbers]

    @tool
    def FIND(self, image: Image, name: str) -> Scored[Box]:
        """Where it is; some names are not there, some nobody knows."""
        if name == "nothing":
            raise NoDetection("There is no nothing.", hint="Ask for something.")
        if name == "told":
            raise Told(name, Box(0, 0, 1, 1, "here"))
        if name == "gizmo":
            raise UnknownName("Who knows a gizmo?", hint="Try cup.")
        if name == "wrong":
            return Scored("no box")  # type: ignore[arg-type]
        if name == "broken":
            raise ToolError("The tool is broken.")
        return Scored(image.frame, scores={name: 0.7}, rejected=(image.frame,), found=(image.frame, image.frame))

    @tool
    def SHRINK(self, image: Image) -> Image:
        """A quarter of the image."""
        return Image.of(image.pixels.reduce(2))

    @tool
    def PLACE(self, image: Image) -> int:
        """Where the picture lies in the memory of whoever serves."""
        return id(image.pixels)

    @tool
    def SHA(self, images: dict[str, list[Image]]) -> list[str]:
        """What is to be seen on each."""
        return [sha256(one.pixels.tobytes()).hexdigest() for several in images.values() for one in several]


class Alone:
    """A model with a process to itself, which can end."""

    backend = "alone"

    def load(self) -> None:
        """Nothing to load."""

    @tool
    def WHERE(self, number: int) -> list[str]:
        """A variable of the process, its GPU, and where its Python lives."""
        return [os.environ.get("LOOKSMITH_TEST", ""), os.environ.get("CUDA_VISIBLE_DEVICES", ""), sys.prefix]

    @tool
    def ARENAS(self, number: int, path: str) -> int:
        """How many of malloc's arenas the threads of the process use."""
        return arenas_of_threads(Path(path))

    @tool
    def SLEEP(self, number: int, seconds: float) -> int:
        """The number, later."""
        time.sleep(seconds)
        return number

    @tool
    def NOTE(self, path: str) -> int:
        """Writes down that it was asked."""
        with Path(path).open("a") as file:
            file.write("x")
        return 1

    @tool(batch=8, many="die_many")
    def DIE(self, number: int, path: str) -> int:
        """The number; -1 ends the process, and 0 does so once: the file is there afterwards."""
        return self.die_many([{"number": number, "path": path}])[0]

    def die_many(self, calls: Sequence[Mapping[str, Any]]) -> list[int]:
        """DIE for each call."""
        for call in calls:
            once = call["number"] == 0 and not Path(call["path"]).exists()
            if once:
                Path(call["path"]).touch()
            if once or call["number"] == -1:
                os.kill(os.getpid(), 9)
        return [call["number"] for call in calls]

    @tool(deterministic=False)
    def ACT(self, path: str) -> int:
        """Has an effect, and dies of it."""
        with Path(path).open("a") as file:
            file.write("x")
        os.kill(os.getpid(), 9)
        return 1


@tool
def CROP(image: Image, box: Box) -> Image:
    """The part of the image inside the box."""
    return image.crop(box)


def registry() -> Registry:
    """All of them."""
    made = Registry()
    made.add(Simulated(), Alone(), CROP)
    return made


def register_tools(register: Any) -> None:
    """The same, as a file with tools: a function needs no more than its mark."""
    register(Simulated(), Alone())


def fail(error: Exception) -> Registry:
    """No tools can be had."""
    raise error


class Late:
    """A language model that takes 50 ms. program: what it writes, with the question's last word in braces."""

    model = "late"

    def __init__(self, program: str) -> None:
        self._program = program

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The program for the question."""
        time.sleep(0.05)
        word = messages[-1]["content"].split()[-1]
        return Reply((Sample(self._program.format(word)),), self.model, 100, 20, 0.05)
