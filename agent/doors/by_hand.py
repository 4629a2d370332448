"""Reads, checks and runs (or dry-runs) programs written by people, in our language or another system's dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from symtable import SymbolTable, symtable
from typing import Any

from ...programs.check.check import Checked, check, is_too_long
from ...programs.dialects.front import DIALECTS, EXTRA_INPUTS, Dialect, translate
from ...programs.language.diagnostics import Diagnostic
from ...programs.language.program import Program, quiet
from ...tools.core.albums import Album
from ...tools.core.errors import InputError
from ...tools.core.stand_in import stand_in_value
from ...tools.core.values import Video
from ..inputs.subject import ALBUM, ONE, SEVERAL, VIDEO, Named, Subject
from ..setup.settings import Settings


@dataclass(frozen=True)
class HandWritten:
    """A program written by hand. problems: why it could not be translated; `program` then holds the original text."""

    program: Program
    problems: tuple[Diagnostic, ...] = ()

    @classmethod
    def of(cls, program: Program, dialect: str = "") -> HandWritten:
        """Read a program. Raises InputError for an unknown dialect."""
        plain = replace(program, origin="file")
        if not dialect:
            return cls(plain)
        read = translate(require_dialect(dialect), plain.source)
        if isinstance(read, Program):
            return cls(
                replace(
                    read,
                    question=read.question or plain.question,
                    origin="file",
                    dialect=dialect,
                    original=plain.source,
                )
            )
        return cls(replace(plain, dialect=dialect), read)

    @property
    def dialect(self) -> Dialect | None:
        """The dialect the program is written in."""
        return None if self.program.dialect == "python" else require_dialect(self.program.dialect)

    @property
    def expected(self) -> Mapping[str, Any]:
        """Types of the additional inputs in this dialect, by name; ours has `video` and `album`."""
        return {VIDEO: Video, ALBUM: Album} if self.dialect is None else EXTRA_INPUTS[self.dialect]

    @property
    def asked(self) -> set[str]:
        """Names the program reads but never assigns; empty if it cannot be parsed."""
        return set() if self.problems else _read_names(self.program.source)

    def blank(self, values: Mapping[str, Any]) -> Subject:
        """Blank images to run the program on: two if it reads `images`, else one."""
        return Subject.blank(2 if SEVERAL in self.asked and ONE not in self.asked else 1, values)


def require_dialect(name: str) -> Dialect:
    """Look up a dialect. Raises InputError."""
    for dialect in DIALECTS:
        if dialect == name:
            return dialect
    raise InputError(f"There is no dialect {name!r}.", hint=f"There are {' and '.join(DIALECTS)}.")


def check_by_hand(settings: Settings, written: HandWritten, values: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
    """The problems of a program, with line numbers of the author's text; empty if it is valid.

    values: additional inputs; those of the dialect may be omitted.
    """
    if written.problems:
        return written.problems
    types = {**written.expected, **written.blank(values).input_types()}
    checked = check(written.program, settings.registry(declared=True, dialect=written.dialect), types)
    return () if isinstance(checked, Checked) else written.program.in_written(checked)


def subject_of(
    written: HandWritten, images: Sequence[Named], values: Mapping[str, Any], *, dry: bool = False
) -> Subject:
    """The subject that a program is run on.

    values: additional inputs.
    dry: make up images, and inputs of the dialect, that were not given.
    Raises InputError if there is no image, or if an input that the program reads is missing.
    """
    if not images and not dry:
        raise InputError("There is no image.", hint="Pass an image file, or run the program with --dry-run.")
    if dry:
        missing = {name: kind for name, kind in written.expected.items() if name in written.asked - values.keys()}
        values = {**values, **{name: stand_in_value(kind) for name, kind in missing.items()}}
    subject = Subject.named(images, values) if images else written.blank(values)
    _require_given(written, subject)
    return subject


def _require_given(written: HandWritten, subject: Subject) -> None:
    """Raise InputError if the program's inputs do not match: number of images, or an input of its dialect."""
    given, asked = subject.inputs(), written.asked
    if SEVERAL in asked and ONE in given:
        raise InputError("The program reads several images, but only one was given.", hint="Pass two or more.")
    if ONE in asked and SEVERAL in given:
        count = len(subject.images)
        raise InputError(f"The program reads one image, but {count} were given.", hint="Name one.")
    for name in written.expected:
        if name in asked and name not in given:
            files = {VIDEO: "Pass a video file.", ALBUM: "Pass a folder of photos."}
            hint = files.get(name, f"Add --input {name}=VALUE.")
            raise InputError(f"The program reads {name}, which is not defined.", hint=hint)


def _read_names(source: str) -> set[str]:
    """Global names that are read but never assigned.

    Empty for a text too long to be a program: the checker reports it, and `symtable` takes quadratic time.
    """
    if is_too_long(source):
        return set()
    try:
        with quiet():
            module = symtable(source, "program", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    own = {symbol.get_name() for symbol in module.get_symbols() if symbol.is_assigned()}
    symbols = [(table, symbol) for table in _tables(module) for symbol in table.get_symbols()]
    read = {s.get_name() for table, s in symbols if s.is_referenced() and (table is module or s.is_global())}
    return read - own


def _tables(table: SymbolTable) -> Iterator[SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
