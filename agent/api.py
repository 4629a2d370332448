"""Ask from Python: `from looksmith import ask`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..programs.program import Program
from ..tools.images import load_image
from ..tools.values import Image
from .ask import Answer, Subject
from .connect import connect
from .settings import Settings, find_home

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image as Pixels

    from .llm import LLM


def ask(
    image: str | Path | Image | Pixels,
    question: str,
    *,
    tools: tuple[Callable[..., Any], ...] = (),
    llm: LLM | None = None,
    settings: Settings | None = None,
) -> Answer:
    """Ask a question about an image.

    image: a file, a Pillow image, or an `Image`.
    tools: functions declared with `@tool`, offered besides the built-in ones.
    llm: who writes the program; the server of `looksmith serve` when it is not given.
    Raises InputError (image or question unusable), LLMError (no server). A program that fails is an outcome.
    """
    settings = settings or Settings(find_home())
    bench = settings.bench(tools)
    with bench.sandbox:
        return bench.ask(_subject(image), question, llm or connect(settings.home))


def run(
    program: str | Path,
    image: str | Path | Image | Pixels,
    *,
    tools: tuple[Callable[..., Any], ...] = (),
    settings: Settings | None = None,
) -> Answer:
    """Run a program written by hand: source text, or the path of a file. No language model is needed."""
    bench = (settings or Settings(find_home())).bench(tools)
    written = Program.from_file(program) if isinstance(program, Path) else Program(program, origin="file")
    with bench.sandbox:
        return bench.run(_subject(image), replace(written, origin="file"))


def _subject(image: str | Path | Image | Pixels) -> Subject:
    if isinstance(image, Image):
        return Subject(image, "image")
    if isinstance(image, str | Path):
        return Subject(load_image(Path(image)), Path(image).name)
    return Subject(Image.of(image), "image")
