"""What a question says about its own answer: yes or no, a number, one of the named alternatives, a color, a text.

Derived from the English of the question alone, without a model. It applies everywhere: in the prompt, the grammar, the
checker, the comparison of answers and the trace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from .answer_type import require_answer_type
from .wording.alternatives import alternatives
from .wording.asked import asked, sentences
from .wording.kinds import (
    BIDS,
    CALLED,
    CHECKED,
    COLOR,
    COLOR_TOLD,
    COUNT,
    FRAGMENT,
    HEADING,
    IMPERATIVE,
    IN_PLACE,
    LIMIT,
    MEASURE,
    NAMED,
    NUMBERED,
    OF_LOOKS,
    OPPOSITES,
    ORDER,
    PICTURED,
    PLACED,
    SIDE,
    TAG,
    TEXT,
    WAY,
)
from .wording.terms import AUXILIARY, WH

_ARTICLE = re.compile(r"^(?:an?|the) ")

AnswerKind = Literal[
    "yes/no", "number", "choice", "color", "name", "text", "box", "boxes", "time", "duration", "photos", "any"
]


@dataclass(frozen=True)
class Expected:
    """The answer that a question can have. choices: the alternatives that it names, as it says them, without articles.

    type: the type of answer that the caller asks for (wanted/answer_type.py); None leaves it to the question, which
        never says `box` or `boxes`.
    `time` and `duration` are said of videos alone, `photos` of albums (of_media.py).
    `any` is a question that also a box or a list may answer ("Where is the cat?"), or that says nothing about it.
    """

    kind: AnswerKind = "any"
    choices: tuple[str, ...] = ()
    type: Any = None

    @property
    def told(self) -> str:
        """For people and the language model: `yes or no`, `"left" or "right"`; "" where anything may answer."""
        if self.type is int:
            return "a whole number"
        if self.kind == "choice":
            return " or ".join(f'"{choice}"' for choice in self.choices)
        return _TOLD[self.kind]


_TOLD: dict[AnswerKind, str] = {
    "yes/no": "yes or no",
    "number": "a number",
    "color": "a color",
    "name": "a name",
    "text": "the text",
    "box": "a box",
    "boxes": "a list of boxes",
    "time": "a time in seconds",
    "duration": "a number of seconds",
    "photos": "photos",
    "any": "",
}

_BLANK = re.compile(r"__+|\b(?:is|are|was|were|in|of|on|by|with|an?|the|called|made) ?(?:\.\.+|\u2026)\W*$")
"""A gap to fill in: "The bus is painted in ...?"."""
_COUNTED_BLANK = re.compile(r"\b(?:there (?:is|are)|see|count|contains?) (?:only |just )?__+ \w|\b(?:total|count)\b")
_REFERS = re.compile(
    r"^(?:what|which|who)(?: one)?(?:'s| is| are| was| were| do| does| should| can| could)"
    r"(?: (?:it|that|this|these|those|they|he|she|i|we|you))?"
    r"(?: (?:tell|say|answer|reply|write|call|put)(?: (?:it|him|her|them|there))?)?$|^(?:what|which one)$"
)
"""It asks for what the sentence before it speaks of: "There is a word on it. What is it?"."""
_WRITING = re.compile(r"\b(?:word|letters?|text|sign|label|written|writing|printed)\b|\b(?:reads|says) \W*_")
_NEW_WRITING = re.compile(
    r"\b(?:there(?:'s| is| are)|(?:i|you) (?:can )?see) (?:\w+ ){0,4}?"
    r"(?:code|number|word|letters?|text|name|label|writing)\b|\b(?:written|printed|says)\b"
)
"""Writing of which a sentence speaks for the first time."""
_AMONG = re.compile(
    r"^(?:(?:out )?of |between )?(?:the |an? )?([\w-]+(?: [\w-]+)?) and (?:the |an? )?([\w-]+(?: [\w-]+)?)[,:] "
    r"(?:which|who|what (?:is|looks) (?:more )?\w+$)"
    r"|^(?:which|who)\b.* \w+(?:er|est) (?:between|of) "
    r"(?:the |an? )?([\w-]+(?: [\w-]+)?) and (?:the |an? )?([\w-]+(?: [\w-]+)?)$"
)
"""Two things of which one is asked for: "Out of the plant and the vase, which is taller?"."""
_ONE_WORD = re.compile(r"\b(?:in|with) (?:one|a|a single) word\b|\bone word\b")
_LIST = re.compile(r"^(?:an? |the )?[\w-]+(?:, (?:or )?(?:an? |the )?[\w-]+){2,}$")


@lru_cache(maxsize=4096)
def expected_answer(question: str) -> Expected:
    """The expected answer of a question, or of a statement that may be true or not."""
    text, asks = asked(question)
    if not text:
        return Expected()
    if blank := _of_blank(question, text):
        return blank
    if _LIST.match(text):
        return Expected("choice", tuple(_ARTICLE.sub("", one) for one in re.split(r", (?:or )?", text)))
    if _REFERS.match(text):
        return _of_reference(question, text)
    is_wh = bool(re.search(rf"\b(?:{WH})\b", text)) and not re.match(rf"(?:{AUXILIARY})\b", text)
    if COUNT.search(text) and LIMIT.search(text):
        return Expected("yes/no")
    if IMPERATIVE.match(text) and _ONE_WORD.search(text):
        return Expected("color" if COLOR.search(text) else "name")
    if IMPERATIVE.match(text) and not PLACED.search(text) and " or " not in text:
        return Expected("number") if COUNT.search(text) else Expected()
    if among := _AMONG.match(text):
        return Expected("choice", tuple(name for name in among.groups() if name))
    if rather := re.search(rf"\bor ((?:(?:in|on|at|from|to) )?(?:{WH})\b.*)$", text):
        return _of_wh(rather[1])  # "Is it wood, or what is it made from?"
    if not is_wh and TAG.search(text):
        return Expected("yes/no")  # "The cup or mug, that's blue, isn't it?"
    is_count = is_wh and COUNT.search(text) and ":" not in text
    if asks and not is_count and " or " in text and (choices := alternatives(text)):
        return Expected("choice", choices)
    wonders = is_wh and re.search(r"\b(?:know|asks?|asked|wonders?|wondering|tell)\b", text)
    if not (asks or wonders or BIDS.match(text) or _is_heading(text) or IN_PLACE.search(text)):
        return Expected("yes/no") if is_wh else _of_no_question(question, text)
    if re.search(rf",? and (?:{WH})\b", text) and not re.search(r"\b(?:altogether|in total|in all|together)$", text):
        return Expected()  # two questions in one: "Is there a cup, and what color is it?"
    if re.match(rf"(?:(?:according to|on|in|at|from) [^,]+, )?(?:{AUXILIARY})\b", text):
        return Expected("yes/no")
    return _of_wh(text) if is_wh else _of_fragment(text)


def expected_as(question: str, answer_type: Any) -> Expected:
    """The same where the caller says of which type it has to be. Raises InputError for a type that cannot be asked for.

    answer_type: one of `ANSWER_TYPES`; None leaves it to the question.
    """
    said = expected_answer(question)
    if answer_type is None:
        return said
    kind = require_answer_type(answer_type)
    keeps = said.kind == kind or (answer_type is str and said.kind in ("choice", "color", "name", "text"))
    return replace(said, type=answer_type) if keeps else Expected(kind, type=answer_type)


def counts(question: str) -> bool:
    """Does a question ask how many there are?"""
    return expected_answer(question).kind == "number" and bool(COUNT.search(asked(question)[0]))


def asked_sentence(question: str) -> str:
    """The sentence that asks, in lower case, without a polite opening such as "can you tell me"."""
    return asked(question)[0]


def _of_blank(question: str, text: str) -> Expected | None:
    """Of a sentence with a gap; None where it has none."""
    whole = question.lower()
    if not _BLANK.search(whole):
        return None
    clause = re.split(r"[,;:] ", text)[-1]
    if " or " in clause and (choices := alternatives(clause)):
        return Expected("choice", choices)
    if COLOR.search(whole) or re.search(r"\b(?:painted|dyed) (?:in )?[\W_]*$", whole):
        return Expected("color")
    if COUNT.search(whole) or _COUNTED_BLANK.search(whole):
        return Expected("number")
    return Expected("text" if _WRITING.search(whole) else "name")


def _of_no_question(question: str, text: str) -> Expected:
    """Of an order ("Solve the sum."), of a few words ("Floor material"), or else of a statement."""
    if order := ORDER.match(text):
        said = _of_wh(f"what is {text[order.end() :]}")
        return Expected() if said.kind == "name" else said
    if not FRAGMENT.match(question.strip(" .!").lower()):
        return Expected("yes/no")
    said = _of_fragment(text)
    return Expected() if said.kind == "yes/no" else said


def _of_reference(question: str, text: str) -> Expected:
    """Of a sentence that asks for what the one before it speaks of."""
    before = " ".join(part for part in sentences(question) if text not in part)
    if " or " in before and (choices := alternatives(before.strip(" .?!"))):
        return Expected("choice", choices)
    if re.search(r"\b(?:it|that|this|they) (?:say|read)$", text):
        return Expected("text")
    if COUNT.search(before):
        return Expected("number")
    if COLOR.search(before):
        return Expected("color")
    return Expected("text" if _NEW_WRITING.search(before) else "name")


def _is_heading(text: str) -> bool:
    """Is it a thing to tell, without a verb: "Number of chairs.", "Beak color."?"""
    named = NAMED.match(text) and re.match(r"(?:the )?(?:[\w-]+ ){1,2}of\b", text)
    named = named or re.match(r"(?:the )?\w+ (?:held|worn|carried|shown|displayed|used) (?:by|on|in)\b", text)
    plain = re.sub(rf"\b(?:that|which|who) (?:{AUXILIARY})\b", "", text)  # "number of seats that are free"
    return bool(HEADING.search(text) or NUMBERED.search(text) or named) and not re.search(
        rf"\b(?:{AUXILIARY}|than)\b", plain
    )


def _of_wh(text: str) -> Expected:
    """Of a question with a question word."""
    text = re.sub(r"\b(?:would you say|do you think|would you call)\b", "", text)
    if NUMBERED.search(text):
        return Expected("text")
    if SIDE.search(text) or WAY.search(text):
        return Expected("choice", ("left", "right") if SIDE.search(text) else ("left", "right", "up", "down"))
    if COUNT.search(text):
        return Expected("number")
    if COLOR.search(COLOR_TOLD.sub("", text)):
        return Expected("color")
    if looks := OF_LOOKS.search(text):
        return Expected("choice", (looks[1], OPPOSITES[looks[1]]))
    if MEASURE.search(text):
        return Expected("number")
    if PLACED.search(text):
        return Expected("name")
    if re.search(
        r"\bwhere\b|\bhow (?:sure|likely)\b|\b(?:what|which) (?:of the )?(?:images?|pictures?|photos?)\b", text
    ):
        return Expected()
    is_text = TEXT.search(text) and not CALLED.search(text) and not PICTURED.search(text)
    if is_text and not text.startswith("who "):
        return Expected("text")
    return Expected("name")


def _of_fragment(text: str) -> Expected:
    """Of a question without a verb in front: "Trees behind the house?", "Color of the roof?", "Name the bird"."""
    if CHECKED.match(text):
        return Expected("yes/no")
    if NUMBERED.search(text):
        return Expected("text")
    if COUNT.search(text) or re.match(
        r"(?:the )?(?:approximate |estimated )?(?:age|height|width|length|weight|depth|sum|average)(?: of\b|$)", text
    ):
        return Expected("number")
    if re.match(r"(?:any|some|no|another|a|an|more)\b", text):
        return Expected("yes/no")
    if COLOR.search(text) and not re.search(r"\b(?:same|equal|different)\b", text):
        return Expected("color")
    if re.match(r"name (?:that|this|these|those|it)\b|the \w+ (?:they|he|she|it|you|i)\b", text):
        return Expected("name")
    if re.match(r"(?:read|spell|transcribe|translate|copy|type (?:out|the))\b", text) or (
        TEXT.search(text) and not CALLED.search(text)
    ):
        return Expected("text")
    if re.match(r"(?:name|give|tell|describe|identify)\b", text) or NAMED.match(text):
        return Expected("name")
    return Expected("yes/no")
