"""What a program may use, and the error that says it was not enough."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a program may use. The outcome names the one that ended it.

    seconds: wall time of the whole program; compute_seconds: the part of it outside of tool calls, wall and processor
    time each; memory_mb: address space of the worker; tool_calls: of all tools; calls_per_tool: of each one;
    loop_steps: rounds of all loops and comprehensions; megabytes: of all its messages, either way; pixel_megabytes: of
    the images that tools give it, on the host; printed: characters, more are cut off.
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


class OverBudget(Exception):
    """The program asked for more than it may use; the text names the figure."""
