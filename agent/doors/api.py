"""The Python API: `from looksmith import ask`."""

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
    """Answer a question about one image or several.

    image: a path, a Pillow image, or an `Image`; or a list of them, which the program gets as `images`.
    tools: functions declared with `@tool`, in addition to the built-in ones.
    llm: the language model that writes the program; by default, the server started by `looksmith serve`.
    writing: how programs are written, such as `Writing(samples=8)`.
    Raises InputError (image or question unusable), LLMError (no server). A failing program does not raise: see the
    answer's outcome.
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
    """Run a program written by hand, given as source text or as the path of a file. Needs no language model.

    image: a path, a Pillow image, or an `Image`; or a list of them, which the program gets as `images`. For a video
        file, the program gets `video`, and its first frame as `image`.
    dialect: the system the program was written for, "visprog" or "vipergpt"; by default, looksmith's own language.
    dry_run: use stand-ins that return values of the right types instead of the tools; no image is needed.
    inputs: additional values that the program reads, by name.
    Raises InputError (image, inputs or dialect unusable). A failing program does not raise: see the answer's
    outcome.
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
