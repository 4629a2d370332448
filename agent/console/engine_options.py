"""Options of commands that ask many questions: how many in parallel, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..ask.loop import Bench
    from ..ask.writing import Writing
    from ..evaluate.evaluation import Engine
    from ..evaluate.folder import EvalFolder
    from ..llm.llm import LLM
    from ..setup.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

CONCURRENCY = 16
"""Default number of parallel questions: while some wait for the language model, others run."""

ENGINE_OPTIONS = ("concurrency", "engine", "workers", "ray_address")

_ENGINES, _COUNT = click.Choice(["local", "ray"]), click.IntRange(1, 1024)
_AT_ONCE = "Questions in parallel."
_ENGINE = "Where the questions run."
_WORKERS = "Number of processes for --engine ray."
_ADDRESS = "Cluster for --engine ray: local, auto, HOST:PORT, ray://HOST:PORT."


def engine_options(only: str = "") -> Callable[[F], F]:
    """Add the options; `engine_of` reads them. only: the option without which these have no effect, if any."""

    def said(text: str) -> str:
        return f"With {only}: {text[0].lower()}{text[1:]}" if only else text

    def add(command: F) -> F:
        for option in (
            click.option("--ray-address", default="local", show_default=True, help=said(_ADDRESS)),
            click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help=said(_WORKERS)),
            click.option("--engine", default="local", show_default=True, type=_ENGINES, help=said(_ENGINE)),
            click.option("--concurrency", default=CONCURRENCY, show_default=True, type=_COUNT, help=said(_AT_ONCE)),
        ):
            command = option(command)
        return command

    return add


def engine_of(
    options: Mapping[str, Any],
    settings: Settings,
    bench: Bench,
    folder: EvalFolder,
    llm: LLM,
    writing: Writing,
    replies: Path,
) -> Engine:
    """The engine chosen on the command line. Raises PrerequisiteError if Ray is not installed."""
    concurrency = options["concurrency"]
    if options["engine"] == "ray":
        from ..evaluate.ray_runs import RayEngine

        where = (options["workers"], options["ray_address"])
        return RayEngine(settings, folder, llm, writing, replies, concurrency, *where)
    from ..evaluate.evaluation import Threads

    return Threads(replace(bench, runs=folder.runs), llm, writing, replies, folder.begun, concurrency)
