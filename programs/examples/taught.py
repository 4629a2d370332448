"""The examples that people taught: a folder of a home with a TOML file for each, to be read and edited by hand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...tools.core.errors import InputError, PrerequisiteError
from ...tools.core.example import Example

_WORDS = 6
"""Of a question, in the name of its file."""


class TaughtExample(Example):
    """An example with its origin.

    answer: what was right for the picture that it was taught on, in words; run: the name of that run.
    author, at: who taught it, and when.
    """

    answer: str = ""
    run: str = ""
    author: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Taught:
    """What a folder holds. examples: by name, in the order of names; problems: of the files that cannot be read."""

    examples: Mapping[str, TaughtExample] = field(default_factory=dict[str, TaughtExample])
    problems: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The problems in one message; "" if there are none."""
        return " ".join(("Not all examples of this home are used:", *self.problems)) if self.problems else ""


@dataclass(frozen=True)
class TaughtFolder:
    """A folder of taught examples, which need not exist."""

    path: Path

    def load(self) -> Taught:
        """All examples. A file that cannot be read is a problem, and leaves the others as they are."""
        found: dict[str, TaughtExample] = {}
        problems: list[str] = []
        for file in self._files():
            try:
                found[file.stem] = _read(file)
            except InputError as error:
                problems.append(str(error))
        return Taught(found, tuple(problems))

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Changes whenever an example is added, edited or removed."""
        return tuple((file.name, (stat := file.stat()).st_mtime_ns, stat.st_size) for file in self._files())

    def add(self, example: TaughtExample) -> Path:
        """Write a new file. Raises PrerequisiteError when that fails."""
        path = self.path / f"{_name(example)}.toml"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            staged = path.with_suffix(".part")
            staged.write_text(_text(example), encoding="utf-8")
            staged.replace(path)
        except OSError as error:
            raise PrerequisiteError(f"The example cannot be written to {path}: {error.strerror}.") from None
        return path

    def find(self, name: str) -> Path:
        """The file of an example, readable or not, by its name or the start of it. Raises InputError."""
        files = self._files()
        found = [file for file in files if file.stem == name] or [
            file for file in files if name and file.stem.startswith(name)
        ]
        if len(found) != 1:
            what = "There is no example" if not found else f"{len(found)} examples start with"
            raise InputError(f"{what} {name!r:.100} in {self.path}.", hint="`looksmith examples` lists them.")
        return found[0]

    def _files(self) -> list[Path]:
        return sorted(file for file in self.path.glob("*.toml") if file.is_file())


def export_text(examples: Iterable[Example]) -> str:
    """`[[example]]` tables as a plug-in brings them (`register.examples(path)`), without origin."""
    return "\n".join(f"[[example]]\n{_dump(example.question, example.program, {})}" for example in examples)


def append_to(path: Path, example: Example) -> None:
    """Add an example to the file of a plug-in, whose other text stays. Raises PrerequisiteError."""
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        gap = "\n" if before.endswith("\n") else "\n\n" if before else ""
        path.write_text(before + gap + export_text([example]), encoding="utf-8")
    except OSError as error:
        raise PrerequisiteError(f"The example cannot be written to {path}: {error.strerror}.") from None


def _read(path: Path) -> TaughtExample:
    hint = "Correct the file, or remove it with `looksmith examples rm`."
    try:
        return TaughtExample.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (OSError, ValueError, RecursionError) as error:
        problem = " ".join(str(error).split())
    raise InputError(f"{path} is not an example ({problem:.200}).", hint=hint)


def _name(example: Example) -> str:
    """Words of the question, and a hash that keeps other programs for it apart."""
    words = re.findall(r"[a-z0-9]+", example.question.lower())[:_WORDS]
    mark = sha256(f"{example.question}\0{example.program}".encode(errors="replace")).hexdigest()[:4]
    return "-".join([*words, mark])


def _text(example: TaughtExample) -> str:
    told = {"answer": example.answer, "run": example.run, "author": example.author, "at": example.at}
    return _dump(example.question, example.program, {name: value for name, value in told.items() if value})


def _dump(question: str, program: str, more: Mapping[str, Any]) -> str:
    """TOML in which the program stands as it is, without escapes, wherever TOML allows that."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    block = program.strip("\n") + "\n"
    try:
        text = tomlkit.string(block, literal=True, multiline=True)
    except (TOMLKitError, ValueError):  # it has three quotes in a row, or control characters
        text = tomlkit.string(block, multiline=True)
    return tomlkit.dumps({"question": question, "program": text, **more})
