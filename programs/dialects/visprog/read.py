"""Parses VisProg's lines `VAR=MODULE(name=value, ...)`, one call per line, with the position of every part.

What surrounds the calls is parsed leniently: blank lines, comments, code fences, the header lines of a prompt
(`Question:`, `Program:`), spaces, either kind of quote, semicolons. A quote inside a text is part of it (`'the dog's
collar'`): a text ends at the quote after which the call continues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ...language.diagnostics import Diagnostic, Kind
from ...language.language import MAX_SOURCE_BYTES

MAX_CALLS = 200
_MAX_DIGITS = 15

SINGLE, DOUBLE = "'\u2018\u2019\u201a\u201b", '"\u201c\u201d\u201e\u201f'
"""Quotes, straight and curly. A text ends with the kind of quote that it starts with."""
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_VALUE = rf"(?:[{SINGLE}{DOUBLE}\[]|[-+]?\.?\d|{_NAME}\s*[,)\]])"
_BEGINS = rf"{_NAME}\s*=\s*{_NAME}\s*\("
_ENDS = rf"\)\s*(?:;|[\s),.]*(?:#|$|{_BEGINS}))"
_AFTER = {
    "keyword": re.compile(rf"\s*(?:{_ENDS}|,\s*(?:{_NAME}\s*=(?!=)|{_ENDS}))"),
    "positional": re.compile(rf"\s*(?:{_ENDS}|,\s*(?:{_NAME}\s*=(?!=)|{_VALUE}|{_ENDS}))"),
    "item": re.compile(rf"\s*(?:\]|,\s*(?:{_VALUE}|\]))"),
}
_CALL = re.compile(rf"\s*(?P<target>{_NAME})\s*=\s*(?P<module>{_NAME})\s*\(")
_KEYWORD = re.compile(rf"({_NAME})\s*=(?!=)\s*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?(?![\w.])")
_WORD = re.compile(_NAME)
_SEVERAL = re.compile("|".join(rf"[{q}][^{q}]*(?:[{q}]\s*,\s*[{q}][^{q}]*)+[{q}]" for q in (SINGLE, DOUBLE)))
_PREFIX = re.compile(rf"[fF](?=[{SINGLE}{DOUBLE}])")
_HEADER = re.compile(
    r"[\s>#*_-]*(?P<word>question|statement|instruction|description|query|task|program|prediction|answer)"
    r"(?:[ \t]{1,4}\d{1,4})?[ \t*_]{0,8}[:\uff1a][\s*_]*",
    re.IGNORECASE,
)
_LOOKS_LIKE_CODE = re.compile(rf"^\W*{_NAME}\s*=|\b{_BEGINS}|\b[A-Z_]{{2,}}\(")
_FENCE = re.compile(r"\s*(?:```|~~~)")


@dataclass(frozen=True)
class Value:
    """A value as written in a call. column: 0-based.

    kind: `name` is a variable, `code` an expression without quotes around it (only EVAL takes one).
    raw: the source of a text, with its quotes and escapes.
    """

    kind: Literal["name", "text", "number", "constant", "list", "code"]
    value: str | float | bool | tuple[Value, ...] | None
    column: int
    raw: str = ""


@dataclass(frozen=True)
class Argument:
    """One argument of a call; name is "" for a positional one."""

    name: str
    value: Value
    column: int


@dataclass(frozen=True)
class ScriptStep:
    """One step. line: 1-based; columns: 0-based."""

    target: str
    module: str
    arguments: tuple[Argument, ...]
    line: int
    column: int
    module_column: int


@dataclass(frozen=True)
class VisProgScript:
    """The result of parsing.

    question: the text after `Question:`, `Statement:` or `Instruction:`.
    lost: the words of unreadable lines: variables that they may have meant to set.
    """

    calls: tuple[ScriptStep, ...] = ()
    question: str = ""
    problems: tuple[Diagnostic, ...] = ()
    lost: frozenset[str] = frozenset()


class ScriptError(Exception):
    """A syntax error, and where it is."""

    def __init__(self, code: str, column: int, message: str, hint: str = "", kind: Kind = "parse_error") -> None:
        super().__init__(message)
        self.code, self.column, self.message, self.hint, self.kind = code, column, message, hint, kind

    def at(self, line: int) -> Diagnostic:
        """The diagnostic for this line (1-based)."""
        found = {"kind": self.kind, "code": self.code, "message": self.message, "hint": self.hint}
        return Diagnostic.model_validate({**found, "line": line, "column": self.column})


def read(source: str) -> VisProgScript:
    """Parse all calls of a text. Never raises: what cannot be read is among the problems."""
    if len(source.encode("utf-8", errors="replace")) > MAX_SOURCE_BYTES:
        message = f"The program is longer than {MAX_SOURCE_BYTES:,} bytes."
        return VisProgScript(problems=(ScriptError("too-long", 0, message).at(1),))
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            reader.line(number, line)
        except ScriptError as problem:
            reader.problems.append(problem.at(number))
            reader.lost.update(_WORD.findall(line))
            if problem.code == "after-result":
                break
        if len(reader.calls) > MAX_CALLS:
            message = f"The program has more than {MAX_CALLS} calls."
            return VisProgScript(problems=(ScriptError("too-long", 0, message).at(number),))
    if not reader.calls and not reader.problems:
        hint = "Write lines such as BOX0=LOC(image=IMAGE,object='boat')."
        reader.problems.append(ScriptError("no-code", 0, "There is no VisProg program in the text.", hint).at(1))
    return VisProgScript(tuple(reader.calls), reader.question, tuple(reader.problems), frozenset(reader.lost))


class _Reader:
    """Parses line by line, and skips prose before the first call and after the last."""

    def __init__(self) -> None:
        self.calls: list[ScriptStep] = []
        self.problems: list[Diagnostic] = []
        self.lost: set[str] = set()
        self.question = ""
        self._asking = False
        self._seen_code = False

    def line(self, number: int, line: str) -> None:
        """Parse one line. Raises ScriptError."""
        if self._inside and line.lstrip().startswith("#"):
            return
        header = _HEADER.match(line)
        if header is not None:
            rest = line[header.end() :]
            if not self._header(header["word"].casefold(), rest):
                return
            line = " " * header.end() + rest
        if not line.strip() or line.lstrip().startswith("#") or _FENCE.match(line):
            return
        if self._is_prose(line):
            if self._asking:
                self.question = f"{self.question} {line.strip()}".strip()
            return
        self._asking, self._seen_code = False, True
        for call in _Cursor(line, number).calls():
            self._require_unfinished(call)
            self.calls.append(call)

    def _header(self, word: str, rest: str) -> bool:
        """Parse a header line of a prompt. Does code follow on the same line?"""
        if self._inside:
            message = f"Another {word.capitalize()} begins before RESULT."
            raise ScriptError("several-programs", 0, message, "Pass one program at a time.")
        answering = word in ("program", "prediction", "answer")
        self._asking = not answering and not self._seen_code
        if self._asking:
            self.question = rest.strip(" \t*_")
        return answering

    def _is_prose(self, line: str) -> bool:
        return not self._inside and _LOOKS_LIKE_CODE.search(line) is None

    @property
    def _inside(self) -> bool:
        return self._seen_code and not self._finished

    @property
    def _finished(self) -> bool:
        return bool(self.calls) and self.calls[-1].module == "RESULT"

    def _require_unfinished(self, call: ScriptStep) -> None:
        if self._finished:
            message = "Another line follows RESULT, which ends the program."
            raise ScriptError("after-result", call.column, message, "Pass one program at a time.")


class _Cursor:
    """A place in one line."""

    def __init__(self, text: str, line: int) -> None:
        self._text = text
        self._line = line
        self._at = 0

    def calls(self) -> Iterator[ScriptStep]:
        """The calls of the line, usually one; several are separated by semicolons or commas. Raises ScriptError."""
        while True:
            yield self._call()
            self._skip(" \t\f\v\xa0;,.")
            if self._at >= len(self._text) or self._text[self._at] == "#":
                return

    def _call(self) -> ScriptStep:
        found = _CALL.match(self._text, self._at)
        if found is None:
            column = len(self._text) - len(self._text[self._at :].lstrip())
            hint = "Write VAR=MODULE(name=value, ...), such as BOX0=LOC(image=IMAGE,object='boat')."
            what = "What follows the call" if self._at else "This line"
            raise ScriptError("not-a-call", column, f"{what} is not a call.", hint)
        self._at = found.end()
        module = found["module"]
        arguments = tuple(self._arguments(module))
        return ScriptStep(found["target"], module, arguments, self._line, found.start("target"), found.start("module"))

    def _arguments(self, module: str) -> Iterator[Argument]:
        for start in self._parts(")", "The call has no closing parenthesis."):
            keyword = _KEYWORD.match(self._text, start)
            self._at = keyword.end() if keyword else start
            prefix = _PREFIX.match(self._text, self._at)
            self._at += prefix is not None
            if module.upper() == "EVAL" and self._text[self._at : self._at + 1] not in (*SINGLE, *DOUBLE):
                value = self._code()
            else:
                value = self._value("keyword" if keyword else "positional")
            yield Argument(keyword[1] if keyword else "", value, start)

    def _parts(self, close: str, unclosed: str) -> Iterator[int]:
        """Yield the start of each part between commas; the caller moves the cursor past the part."""
        while True:
            self._skip()
            if self._take(close):
                return
            if self._at >= len(self._text):
                raise ScriptError("unclosed", len(self._text), unclosed, "Write each call on one line.")
            yield self._at
            self._skip()
            if not self._take(",") and self._at < len(self._text) and self._text[self._at] != close:
                raise ScriptError("syntax", self._at, f"Expected a comma or {close} here.")

    def _value(self, place: str) -> Value:
        start, first = self._at, self._text[self._at : self._at + 1]
        if first and first in SINGLE + DOUBLE:
            return self._quoted(place)
        if first == "[" and place != "item":
            self._at += 1
            items = tuple(self._value("item") for _ in self._parts("]", "The list has no closing bracket."))
            return Value("list", items, start)
        number = _NUMBER.match(self._text, start)
        if number is not None:
            self._at = number.end()
            return Value("number", _number(number[0], start), start)
        word = _WORD.match(self._text, start)
        if word is None:
            hint = "Pass a variable, a text in quotes, a number, or a list of these."
            raise ScriptError("syntax", start, "There is no value here.", hint)
        self._at = word.end()
        if self._text[self._at :].lstrip().startswith("("):
            hint = f"Call {word[0]} on a line of its own and give its variable."
            raise ScriptError("nested-call", start, f"{word[0]}(...) is inside another call.", hint)
        constants = {"None": None, "True": True, "False": False}
        if word[0] in constants:
            return Value("constant", constants[word[0]], start)
        return Value("name", word[0], start)

    def _quoted(self, place: str) -> Value:
        start = self._at
        follows = _AFTER[place]
        end = closing_quote(self._text, start, lambda behind: follows.match(self._text, behind) is not None)
        if end is None:
            whole = self._text[start + 1 :].rstrip().endswith(tuple(SINGLE + DOUBLE))
            unclosed = "The call has no closing parenthesis."
            message = unclosed if whole else "This text has no closing quote followed by a comma or parenthesis."
            raise ScriptError("unclosed", start, message, "Write each call on one line: VAR=MODULE(name='text').")
        self._at = end + 1
        raw = self._text[start : self._at]
        if _SEVERAL.fullmatch(raw):
            hint = "Write one text, or a list of them in brackets."
            raise ScriptError("syntax", start, "There are several texts here instead of one.", hint)
        return Value("text", unescape(raw[1:-1]), start, raw)

    def _code(self) -> Value:
        """Everything up to the last parenthesis."""
        start, end = self._at, self._text.rstrip(" \t;").rfind(")")
        if end <= start:
            raise ScriptError("unclosed", start, "EVAL has no expression.", "Write EVAL(expr='{ANSWER0} > 1').")
        self._at = end
        return Value("code", self._text[start:end], start)

    def _skip(self, characters: str = " \t\f\v\xa0") -> None:
        while self._at < len(self._text) and self._text[self._at] in characters:
            self._at += 1

    def _take(self, character: str) -> bool:
        found = self._text.startswith(character, self._at)
        self._at += found
        return found


def closing_quote(text: str, start: int, ends: Callable[[int], bool]) -> int | None:
    """The index of the closing quote of the text that starts at `start`; None if there is none.

    ends: may the rest from this index follow a text? A quote before anything else is an apostrophe.
    """
    quotes = SINGLE if text[start] in SINGLE else DOUBLE
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] in quotes and ends(position + 1):
            return position
        position += 1
    return None


def unescape(text: str) -> str:
    r"""The text with `\'`, `\"`, `\\` and `\n` unescaped; other backslashes are kept."""
    return re.sub(r"\\(['\"\\ntr])", lambda found: ESCAPES.get(found[1], found[1]), text)


def _number(text: str, column: int) -> float:
    if len(text) > _MAX_DIGITS:
        raise ScriptError("syntax", column, f"A number has at most {_MAX_DIGITS} digits.")
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
