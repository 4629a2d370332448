"""Programs that people wrote, in our language or in another system's dialect: read, checked, run, or run dry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from symtable import SymbolTable, symtable
from typing import Any

from ...programs.check.check import Checked, check, is_too_long
from ...programs.dialects.front import DIALECTS, EXTRA_INPUTS, Dialect, translate
from ...programs.language.diagnostics import Diagnostic
from ...programs.language.program import Program, quiet
from ...tools.core.errors import InputError
from ...tools.core.stand_in import stand_in_value, stand_ins
from ...tools.core.values import Video
from ...tools.engine.executor import Executor
from ..ask.loop import Answer, Bench
from ..inputs.subject import ONE, SEVERAL, VIDEO, Named, Subject
from ..setup.settings import Settings


@dataclass(frozen=True)
class Written:
    """A program by hand. problems: what kept it from being read; then `program` holds the text as it is."""

    program: Program
    problems: tuple[Diagnostic, ...] = ()

    @classmethod
    def of(cls, program: Program, dialect: str = "") -> Written:
        """Read a program. Raises InputError for a dialect that is not known."""
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
        """The dialect that it is written in."""
        return None if self.program.dialect == "python" else require_dialect(self.program.dialect)

    @property
    def expected(self) -> Mapping[str, Any]:
        """Types of the further inputs that its dialect has; ours has a video."""
        return {VIDEO: Video} if self.dialect is None else EXTRA_INPUTS[self.dialect]

    @property
    def asked(self) -> set[str]:
        """The names that it reads and sets nowhere; empty when it cannot be parsed."""
        return set() if self.problems else _read_names(self.program.source)

    def blank(self, values: Mapping[str, Any]) -> Subject:
        """As many blank pictures as it is about: two for `images`, else one."""
        return Subject.blank(2 if SEVERAL in self.asked and ONE not in self.asked else 1, values)


def require_dialect(name: str) -> Dialect:
    """The dialect of that name. Raises InputError."""
    for dialect in DIALECTS:
        if dialect == name:
            return dialect
    raise InputError(f"There is no dialect {name!r}.", hint=f"There are {' and '.join(DIALECTS)}.")


def check_by_hand(settings: Settings, written: Written, values: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
    """What is wrong with a program, by the lines of the text that its author wrote; empty when nothing is.

    values: further inputs; those that its dialect has need not be given.
    """
    if written.problems:
        return written.problems
    types = {**written.expected, **written.blank(values).input_types()}
    checked = check(written.program, settings.registry(declared=True, dialect=written.dialect), types)
    return () if isinstance(checked, Checked) else written.program.in_written(checked)


def run_by_hand(
    settings: Settings,
    written: Written,
    subject: Subject,
    tools: Iterable[Callable[..., Any]] = (),
    *,
    dry: bool = False,
) -> Answer:
    """Run a program that was written by hand. dry: let stand-ins answer in place of the tools."""
    registry = settings.registry(tools, declared=True, dialect=written.dialect)
    if dry:
        registry = stand_ins(registry)
    ahead = settings.ahead and not dry  # stand-ins take no time
    executor = Executor(registry) if dry else settings.executor(registry)
    bench = Bench(registry, executor, settings.sandbox(), settings.runs, (), dry, ahead=ahead)
    with bench.sandbox:
        return bench.run(subject, written.program, written.problems)


def subject_of(written: Written, images: Sequence[Named], values: Mapping[str, Any], *, dry: bool = False) -> Subject:
    """What a program is run on.

    values: further inputs.
    dry: where images, or inputs that its dialect has, were not given, they are made up.
    Raises InputError when there is no image, or what the program reads was not given.
    """
    if not images and not dry:
        raise InputError("There is no image.", hint="Name an image file, or run the program with --dry-run.")
    if dry:
        missing = {name: kind for name, kind in written.expected.items() if name in written.asked - values.keys()}
        values = {**values, **{name: stand_in_value(kind) for name, kind in missing.items()}}
    subject = Subject.named(images, values) if images else written.blank(values)
    _require_given(written, subject)
    return subject


def _require_given(written: Written, subject: Subject) -> None:
    """Refuse a program about other inputs than there are: more or fewer images, or one that its dialect has."""
    given, asked = subject.inputs(), written.asked
    if SEVERAL in asked and ONE in given:
        raise InputError("The program is about several images, and one was given.", hint="Name two or more.")
    if ONE in asked and SEVERAL in given:
        count = len(subject.images)
        raise InputError(f"The program is about one image, and {count} were given.", hint="Name one.")
    for name in written.expected:
        if name in asked and name not in given:
            hint = "Name a video file." if name == VIDEO else f"Add --input {name}=VALUE."
            raise InputError(f"The program reads {name}, which was not given.", hint=hint)


def _read_names(source: str) -> set[str]:
    """Names that are read from outside of every function and set by none of the program's statements.

    None of a text that is too long to be a program: the checker says so, and `symtable` takes the square of its length.
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
