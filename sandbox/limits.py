"""Resource limits of a program, and other reasons to stop it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Limits:
    """Resource limits of a program. The outcome names the one that was exceeded.

    seconds: wall time of the whole program.
    compute_seconds: time outside of tool calls in which it works or sleeps, and the same of processor time; while a
        busy machine keeps it waiting, only `seconds` counts.
    memory_mb: address space of the worker.
    tool_calls: in total; calls_per_tool: per tool.
    loop_steps: iterations of all loops and comprehensions.
    megabytes: of all messages, per direction; pixel_megabytes: of the images returned by tools, on the host.
    printed: characters of output, which is truncated.
    """

    seconds: float = 300.0
    compute_seconds: float = 10.0
    memory_mb: int = 512
    tool_calls: int = 500
    calls_per_tool: int = 500
    loop_steps: int = 20_000_000
    megabytes: float = 64.0
    pixel_megabytes: float = 1500.0
    printed: int = 20_000


class LimitExceeded(Exception):
    """The program exceeded a limit, which the message names."""


class Stopping(Protocol):
    """Tells when programs must stop."""

    @property
    def why(self) -> str:
        """As a sentence."""
        ...

    def is_set(self) -> bool:
        """Must they stop?"""
        ...

    def calling(self, end: Callable[[], None]) -> AbstractContextManager[None]:
        """While it is open, `end` is called when programs must stop: from any thread, perhaps twice."""
        ...
