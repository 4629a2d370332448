"""Ask from Python: `from looksmith import ask`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ...programs.language.program import Program
from ...tools.core.values import Image
from ..ask.loop import Answer
from ..ask.writing import DEFAULT, Writing
from ..inputs.subject import Named, Subject, load_images, load_inputs
from ..setup.settings import Settings, find_home
from .by_hand import Written, run_by_hand, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image as Pixels

    from ..llm.llm import LLM

    Picture: TypeAlias = str | Path | Image | Pixels


def ask(
    image: Picture | Sequence[Picture],
    question: str,
    *,
    tools: tuple[Callable[..., Any], ...] = (),
    llm: LLM | None = None,
    writing: Writing = DEFAULT,
    settings: Settings | None = None,
) -> Answer:
    """Ask a question about an image, or about several.

    image: a file, a Pillow image, or an `Image`; of several the program gets the list `images`.
    tools: functions declared with `@tool`, offered besides the built-in ones.
    llm: who writes the program; the server of `looksmith serve` when it is not given.
    writing: how it is written, such as `Writing(samples=8)`.
    Raises InputError (image or question unusable), LLMError (no server). A program that fails is an outcome.
    """
    settings = settings or Settings(find_home())
    bench = settings.bench(tools)
    with bench.sandbox:
        return bench.ask(Subject.named(_named(image)), question, llm or settings.connect(), writing)


def run(
    program: str | Path,
    image: Picture | Sequence[Picture] | None = None,
    *,
    dialect: str = "",
    dry_run: bool = False,
    inputs: Mapping[str, Any] | None = None,
    tools: tuple[Callable[..., Any], ...] = (),
    settings: Settings | None = None,
) -> Answer:
    """Run a program written by hand: source text, or the path of a file. No language model is needed.

    image: a file, a Pillow image, or an `Image`; of several the program gets the list `images`. Of the file of a video
        it gets `video`, and the first frame as `image`.
    dialect: the system that the program was written for, "visprog" or "vipergpt"; ours when it is not given.
    dry_run: let stand-ins of the right types answer in place of the tools; then no image is needed.
    inputs: further values that the program reads.
    Raises InputError (image, inputs or dialect unusable). A program that fails is an outcome.
    """
    text = Program.from_file(program) if isinstance(program, Path) else Program(program)
    written = Written.of(text, dialect)
    if isinstance(image, str | Path):
        given = load_inputs([Path(image)], inputs or {})
    else:
        given = ([] if image is None else _named(image), inputs or {})
    subject = subject_of(written, *given, dry=dry_run)
    return run_by_hand(settings or Settings(find_home()), written, subject, tools, dry=dry_run)


def _named(image: Picture | Sequence[Picture]) -> list[Named]:
    several = image if isinstance(image, Sequence) and not isinstance(image, str) else [image]
    return [_name(picture) for picture in several]


def _name(image: Picture) -> Named:
    if isinstance(image, Image):
        return image, "image"
    if isinstance(image, str | Path):
        return load_images([Path(image)])[0]
    return Image.of(image), "image"
