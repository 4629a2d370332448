"""Tools that do all that a tool should not, for tests/bench/siege.py; none takes more memory than it is told it may."""

from __future__ import annotations

import ctypes
import os
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from looksmith import Box, Image, tool


class Odd(BaseException):
    """An error without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@tool
def WIDE(image: Image) -> int:
    """The width."""
    return image.width


@tool
def PARTS(image: Image) -> list[Image]:
    """Four parts."""
    w, h = image.width / 2, image.height / 2
    return [image.crop(Box(x, y, x + w, y + h)) for x in (0, w) for y in (0, h)]


@tool(timeout=2)
def HANGS(image: Image) -> int:
    """Hangs for half a minute."""
    time.sleep(30)
    return 1


@tool(isolated=True, timeout=2)
def HANGS_APART(image: Image) -> int:
    """Hangs for ever."""
    time.sleep(1e6)
    return 1


@tool(isolated=True)
def EXITS(image: Image) -> int:
    """Ends its process, half of the time."""
    if random.random() < 0.5:
        os._exit(3)
    return os.getpid()


@tool(isolated=True)
def SEGFAULTS(image: Image) -> int:
    """Reads where nothing is."""
    return len(ctypes.string_at(0))


@tool(isolated=True)
def EATS(image: Image, megabytes: int) -> int:
    """Takes memory."""
    return len(bytearray(megabytes << 20))


@tool
def ENDS_ALL(image: Image) -> int:
    """Ends the host."""
    os._exit(9)


@tool
def RAISES(how: int) -> int:
    """Raises what nobody expects."""
    errors = (KeyError("x"), Odd(), ValueError("\ud800" * 9), RecursionError(), SystemExit(5), KeyboardInterrupt())
    raise errors[how % len(errors)]


@tool
def ODD(how: int) -> Any:
    """Values that no program can hold."""
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    return (float("nan"), 10**5000, "\ud800", deep, object(), b"x", {1: {2: deep}})[how % 7]


class Eye:
    """A model that is batched, and slow."""

    backend = "eye"

    def load(self) -> None:
        """Load."""
        time.sleep(0.2)

    @tool(batch=8, many="look_many")
    def LOOK(self, image: Image) -> int:
        """The area."""
        return self.look_many([{"image": image}])[0]

    def look_many(self, calls: Sequence[Mapping[str, Any]]) -> list[int]:
        """LOOK for each call; now and then one fails."""
        time.sleep(0.05)
        if random.random() < 0.1:
            raise RuntimeError("the eye is out of order")
        return [call["image"].width * call["image"].height for call in calls]


class EyeApart:
    """A model in a process of its own."""

    backend = "eye apart"

    def load(self) -> None:
        """Load."""
        time.sleep(0.2)

    @tool(isolated=True)
    def LOOK_APART(self, image: Image) -> int:
        """The area."""
        return image.width * image.height


def register_tools(register: Any) -> None:
    """The models; the functions are found."""
    register(Eye(), EyeApart())
