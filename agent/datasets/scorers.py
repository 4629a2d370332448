"""Scorers: compare an answer with the expected one. A failed program is not scored but counts as wrong."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from ...tools.core.errors import InputError, ToolError
from ...tools.core.values import Box

ScorerName = Literal["exact", "yes_no", "number", "vqa", "three_agree", "choice", "box_iou"]

_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_DIGITS = {"none": "0", **{word: str(number) for number, word in enumerate(_WORDS)}}
_ARTICLES = frozenset(("a", "an", "the"))
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
_FEWEST_HUMANS = 4
"""VQA accuracy leaves one answer out and gives full score for three matches, so it needs at least four."""


@dataclass(frozen=True)
class Scoring:
    """A scorer with its margin.

    margin: for `number`, the maximum difference (default 0); for `box_iou`, the minimum intersection over union
        (default 0.5). The others have none.
    """

    name: ScorerName
    margin: float | None = None

    def __call__(self, value: Any, expected: Any) -> float:
        """The score, 0 (wrong) to 1 (right); only `vqa` and `three_agree` give values in between."""
        if self.name == "number":
            return number(value, expected, 0.0 if self.margin is None else self.margin)
        if self.name == "box_iou":
            return box_iou(value, expected, 0.5 if self.margin is None else self.margin)
        return _PLAIN[self.name](value, expected)

    def require(self, expected: Any) -> None:
        """Raise InputError for an expected answer that no answer could match."""
        fits, wanted = _REQUIRED[self.name]
        if not fits(expected):
            raise InputError(f"The scorer {self.name} needs {wanted} as the expected answer, not {expected!r:.100}.")
        if self.margin is not None and (self.name not in ("number", "box_iou") or not 0 <= self.margin < math.inf):
            raise InputError(f"The scorer {self.name} does not accept the margin {self.margin!r}.")


def scorer_named(text: str) -> ScorerName:
    """A scorer by its name; punctuation is ignored, as in `yes/no` or `VQA accuracy`. Raises InputError."""
    name = re.sub(r"[^a-z]+", "_", text.strip().casefold()).removesuffix("_accuracy")
    for known in _REQUIRED:
        if name in (known, known.removeprefix("box_")):
            return known
    raise InputError(f"There is no scorer {text!r:.100}.", hint=f"Choose one of {', '.join(_REQUIRED)}.")


def usual_scorer(expected: Any) -> ScorerName:
    """The default scorer for an expected answer, by its type.

    Of several people who answered, some agree; alternatives that are all right differ.
    """
    if isinstance(expected, list):
        many = cast("list[Any]", expected)
        if _sides(many):
            return "box_iou"
        said = [normalize(as_text(one) or "") for one in many]
        return "vqa" if len(many) >= _FEWEST_HUMANS and len(set(said)) < len(said) else "exact"
    if as_bool(expected) is not None:
        return "yes_no"
    return "number" if isinstance(expected, int | float) else "exact"


def expected_key(expected: Any) -> str | None:
    """The same text for expected answers that say the same; None for those of several people, and for boxes."""
    if isinstance(expected, list):
        return None
    truth = as_bool(expected)
    text = as_text(expected if truth is None else truth)
    return None if text is None else normalize(text)


def exact(value: Any, expected: Any) -> float:
    """Equal after normalisation, as number or as text; for a list of expected answers, to any of them."""
    if isinstance(expected, list):
        return max((exact(value, one) for one in cast("list[Any]", expected)), default=0.0)
    if isinstance(value, bool) or isinstance(expected, bool):
        return yes_no(value, expected)
    if as_number(value) is not None and as_number(expected) is not None:
        return number(value, expected)
    given, wanted = as_text(value), as_text(expected)
    return float(given is not None and wanted is not None and normalize(given) == normalize(wanted))


def yes_no(value: Any, expected: Any) -> float:
    """Equal truth values: booleans, or the words yes, no, true and false. Numbers are not truth values."""
    given = as_bool(value)
    return float(given is not None and given == as_bool(expected))


def number(value: Any, expected: Any, tolerance: float = 0.0) -> float:
    """Equal numbers within the margin: int, float, or text in digits or in words up to twenty."""
    given, wanted = as_number(value), as_number(expected)
    if given is None or wanted is None:
        return 0.0
    return float(math.isclose(given, wanted, rel_tol=1e-6, abs_tol=tolerance + 1e-9))


def vqa(value: Any, expected: Sequence[Any]) -> float:
    """VQA accuracy (Antol et al. 2015, section 5.1; mean over leaving one human out, as in the official evaluation).

    expected: the answers of about ten humans; three matches give the full score.
    """
    given = as_text(value)
    if given is None:
        return 0.0
    humans = [normalize(as_text(human) or "") for human in expected]
    agreed = [human == normalize(given) for human in humans]
    return sum(min((sum(agreed) - own) / 3, 1.0) for own in agreed) / len(agreed)


def three_agree(value: Any, expected: Sequence[Any]) -> float:
    """A third for each of the humans who gave that answer, at most 1 (Schwenk et al. 2022, A-OKVQA, direct answers)."""
    given = as_text(value)
    if given is None:
        return 0.0
    agreed = sum(normalize(as_text(human) or "") == normalize(given) for human in expected)
    return min(agreed / 3, 1.0)


def choice(value: Any, expected: Mapping[str, Any]) -> float:
    """Whether the answer is the right one of the choices, by its text or by its letter: `cab`, `C`, `(c)`.

    expected: `choices`, a list of texts, and `answer`, the right one. A text that is none of them is wrong.
    """
    given = as_text(value)
    if given is None:
        return 0.0
    choices, right = [normalize(str(one)) for one in expected["choices"]], normalize(str(expected["answer"]))
    said = normalize(given)
    if said not in choices and len(said) == 1 and 0 <= ord(said) - ord("a") < len(choices):
        said = choices[ord(said) - ord("a")]
    return float(said == right)


def box_iou(value: Any, expected: Any, threshold: float = 0.5) -> float:
    """Whether the intersection over union with the expected [left, top, right, bottom] reaches the margin."""
    given, wanted = _as_box(value), _as_box(expected)
    if given is None or wanted is None:
        return 0.0
    shared = given.intersection(wanted)
    overlap = shared.area if shared else 0.0
    return float(overlap / (given.area + wanted.area - overlap) >= threshold)


def normalize(text: str) -> str:
    """Text without case, punctuation, articles and line breaks, small numbers in digits.

    Follows the official VQA evaluation with two exceptions: apostrophes are removed instead of inserted, and number
    words go up to twenty. An article on its own is kept, because it may be the letter A.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)|['\u2019]|\.(?!\d)", "", plain)
    words = re.sub(r"(?!(?<!\w)-\d)[^\w.]|_", " ", plain).split()
    kept = [word for word in words if word not in _ARTICLES] or words
    return " ".join(_DIGITS.get(word, word) for word in kept)


def as_text(value: Any) -> str | None:
    """A value in words; None for values without words, such as a box or None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return None if _finite(value) is None else f"{value:.0f}" if value == int(value) else str(value)
    if isinstance(value, list | tuple):
        parts = [as_text(part) for part in cast("Sequence[Any]", value)]
        return None if None in parts or not parts else ", ".join(map(str, parts))
    return None


def as_bool(value: Any) -> bool | None:
    """A truth value, or yes, no, true or false; None for anything else."""
    if isinstance(value, bool):
        return value
    return _YES_NO.get(normalize(value)) if isinstance(value, str) else None


def as_number(value: Any) -> float | None:
    """A finite number, in digits or in words up to twenty; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _finite(value)
    if not isinstance(value, str):
        return None
    plain = value.strip().casefold().removesuffix(".")
    digits = re.sub(r"(?<=\d),(?=\d{3}\b)", "", _DIGITS.get(plain, plain))
    return _finite(digits) if _NUMBER.fullmatch(digits) else None


def _finite(value: float | str) -> float | None:
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _as_box(value: Any) -> Box | None:
    if isinstance(value, Box):
        return value
    sides = _sides(value)
    if sides is None:
        return None
    try:
        left, top, right, bottom = sides
        return Box(left, top, right, bottom)
    except ToolError:
        return None


def _sides(value: Any) -> list[float] | None:
    """Whether it is a list of four numbers."""
    if not isinstance(value, list | tuple):
        return None
    parts = list(cast("Sequence[Any]", value))
    numeric = all(isinstance(part, int | float) and not isinstance(part, bool) for part in parts)
    return parts if len(parts) == 4 and numeric else None


def _has_words(expected: Any) -> bool:
    many = cast("list[Any]", expected) if isinstance(expected, list) else [expected]
    return bool(many) and all(as_text(one) is not None for one in many)


def _has_humans(expected: Any) -> bool:
    many = cast("list[Any]", expected) if isinstance(expected, list) else []
    return len(many) >= _FEWEST_HUMANS and _has_words(many)


def _has_choices(expected: Any) -> bool:
    match expected:
        case {"choices": [_, _, *_] as choices, "answer": answer}:
            return _has_words(choices) and answer in choices
        case _:
            return False


_PLAIN: Mapping[ScorerName, Callable[[Any, Any], float]] = {
    "exact": exact,
    "yes_no": yes_no,
    "vqa": vqa,
    "three_agree": three_agree,
    "choice": choice,
}
_REQUIRED: Mapping[ScorerName, tuple[Callable[[Any], bool], str]] = {
    "exact": (_has_words, "a text, a number, a truth value, or a list of them"),
    "yes_no": (lambda expected: as_bool(expected) is not None, "yes, no, true or false"),
    "number": (lambda expected: as_number(expected) is not None, "a number"),
    "vqa": (_has_humans, f"a list of at least {_FEWEST_HUMANS} answers"),
    "three_agree": (_has_humans, f"a list of at least {_FEWEST_HUMANS} answers"),
    "choice": (_has_choices, "an object with `choices` and the right one of them as `answer`"),
    "box_iou": (lambda expected: _as_box(expected) is not None, "[left, top, right, bottom]"),
}
