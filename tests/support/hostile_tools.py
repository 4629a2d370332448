"""Tools that run apart and misbehave. None of them allocates more than it is told it may."""

from __future__ import annotations

import ctypes
import os
import sys
import time

from looksmith import Box, Image, tool


@tool(isolated=True)
def DIE(how: str) -> int:
    """Ends the process, or the number of the process."""
    if how == "exit":
        os._exit(3)
    if how == "segv":
        ctypes.string_at(0)
    if how == "raise":
        return {}[how]
    return os.getpid()


@tool(isolated=True, timeout=1)
def HANG(image: Image) -> int:
    """Hangs in C, where no exception reaches it."""
    time.sleep(1e6)
    return image.width


@tool(isolated=True)
def EAT(image: Image, megabytes: int) -> int:
    """Takes memory."""
    return len(b"x" * (megabytes << 20))


@tool(isolated=True)
def SEE(image: Image, box: Box) -> list[Box]:
    """Boxes, and noise on both streams."""
    print('{"answer": 1}')
    sys.stdout.flush()
    return [image.frame, box]


@tool(isolated=True)
def PART(image: Image) -> Image:
    """A part."""
    return image.crop(Box(1, 1, 3, 3))


@tool(isolated=True)
def TORN(image: Image) -> str:
    """Half a character."""
    return "\ud800"


@tool
def HERE(image: Image) -> int:
    """The number of the process."""
    return os.getpid()


class Model:
    """A tool set with a model, which counts its loads."""

    backend = "model"

    def __init__(self) -> None:
        self.loads = 0

    def load(self) -> None:
        """Load."""
        self.loads += 1

    @tool(isolated=True)
    def LOADS(self) -> int:
        """How often it was loaded."""
        return self.loads

    @tool(isolated=True)
    def WHERE(self) -> int:
        """The number of the process."""
        return os.getpid()


def register_tools(register: object) -> None:
    """Adds the tool set."""
    register(Model())  # type: ignore[operator]
