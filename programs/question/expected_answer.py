"""What a question says about its own answer: yes or no, a number, one of the named alternatives, a color, a text.

Derived from the English of the question alone, without a model. It applies everywhere: in the prompt, the grammar, the
checker, the comparison of answers and the trace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from .alternatives import AUXILIARY, WH, alternatives
from .answer_type import require_answer_type

AnswerKind = Literal[
    "yes/no", "number", "choice", "color", "name", "text", "box", "boxes", "time", "duration", "photos", "any"
]


@dataclass(frozen=True)
class Expected:
    """The answer that a question can have. choices: the alternatives that it names, as it says them, without articles.

    type: the type of answer that the caller asks for (wanted/answer_type.py); None leaves it to the question, which
        never says `box` or `boxes`.
    `time` and `duration` are said of videos alone (of_videos.py), `photos` of albums (of_albums.py).
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

_POLITE = re.compile(
    r"^(?:(?:please|so|ok|okay|hey|hi|hello|well|and|but|now|also)\b[ ,]*|"
    r"(?:can|could|would|will) you (?:please )?(?:tell|show|say|let)(?: me| us)?(?: know)?[ ,]+(?:please )?|"
    r"(?:please )?tell (?:me|us)[ ,]+|i (?:would like|want|'d like|d like) to know[ ,]+|i wonder[ ,]+|"
    rf"do you (?:know|see) (?=(?:{WH})\b)|"
    r"(?:can|could|would|will) you (?:please )?(?=(?:count|read(?! any)|name|describe|find|show|give|list)\b))"
)
_TAG = re.compile(
    r"(?:[,:]| [\u2013\u2014-]) (?:yes|no|right|correct|true|ok|okay|yeah|is that (?:right|true|correct|so)"
    r"|(?:is|are|was|were|do|does|did|has|have|can|could|would)n't (?:it|he|she|they|there|that|we|you))$"
    r"|,? (?:yes or no|true or (?:not|false|untrue)|(?:right|correct) or (?:not|wrong)|or not)$"
)
"""What makes a question of a statement: "It is a cat, right?"."""
_COUNT = re.compile(
    r"\bhow many\b|\bnumber of\b|\bcount of\b|^count\b|\bhow often\b|\bamount of\b"
    r"|^(?:the )?(?:total|quantity|tally)\b|\bin total$|\bcount$"
)
_HEADING = re.compile(
    r"^(?:the )?(?:total|(?:number|count|quantity|colou?rs?|name|kind|type|brand) of)\b|\b(?:count|colou?rs?|in total)$"
)
_LIMIT = re.compile(
    r"[:,;\u2013\u2014-] (?:(?:is|are) (?:it|they|there) )?"
    r"(?:at least|at most|more than|less than|fewer than|exactly|over) \w+$"
)
"""A number that a counted one is held against: "Number of cups: at least two?"."""
_NUMBERED = re.compile(
    r"\b(?:registration|race|racing|house|plate|licen[cs]e|start|starting|jersey|shirt|serial|bus|route|flight|train"
    r"|tram|room|model|phone|line|platform|gate|bib|boat|call) number\b|\b(?:what|which)(?: \w+)? code\b"
    r"|\baccording to (?:the|its|a|that|this) (?:\w+ )*(?:sign|label|board|poster|banner|display|screen)\b"
)
"""What is read and never counted, though it is called a number."""
_MEASURE = re.compile(
    r"\bhow (?:much|large|big|tall|wide|high|long|far|bright|dark|small|deep|old)\b"
    r"|\b(?:what|which) (?:percentage|share|fraction|area|distance|size|width|height|ratio)\b"
    r"|\bwhat is the (?:area|width|height|distance|size|average|total|sum|largest gap|gap|ratio|share|percentage)\b"
    r"|\bwhat is the overlap\b"
)
_COLOR = re.compile(r"\b(?:colou?rs?|shade|hue)\b")
_NAMES_OF_WRITING = (
    r"words?|letters?|texts?|writing|lettering|number|digits?|brand|surname|license plate|licence plate|number plate|"
    r"label|slogan|title|caption|website|inscription|headline|logo|name (?:on|of|is|that|at|under|printed|written)"
    r"|time(?! of)"
)
_TEXT = re.compile(
    r"\b(?:say|says|printed|spelled|spelt|spell|read|reads|inscribed)\b(?! in\b)|\bwritten\b(?! in$)"
    r"|\bnamed (?:on|in)\b"
    rf"|\b(?:what|which)(?: \w+)? (?:{_NAMES_OF_WRITING})\b"
    rf"|\bwhat(?: is| are|'s|s)? the (?:\w+ ){{0,2}}(?:{_NAMES_OF_WRITING})\b"
    rf"|^(?:the )?(?:\w+ )?(?:{_NAMES_OF_WRITING})\b"
    r"|^(?:the )?(?:two|three|four|five|six|\d) (?:\w+ )?(?:letters|words|digits)\b"
)
_SIDE = re.compile(r"\b(?:which|what) side\b")
_WAY = re.compile(r"\b(?:which|what) (?:way\b|direction\b(?! (?:of|is the)))")
"""Asked for like this, hardly anything but a side or a way in the picture is answered."""
_CALLED = re.compile(
    r"\bname of (?:the |this |that |these |those )?(?:\w+ )?(?:animal|bird|fish|insect|fruit|vegetable|flower|tree"
    r"|breed|plant|object|thing|item|tool|instrument|vehicle|sport|game|food|dish|shape|material|device|machine|toy)s?\b"
    r"|\b(?:what|which) language\b"
)
"""Names that things have without bearing them."""
_IMPERATIVE = re.compile(
    r"^(?:find|locate|show|point|mark|crop|segment|highlight|draw|where|describe|list|detect|box|put|replace|remove|blur|hide)\b"
)
_NAMED = re.compile(
    r"^(?:the )?(?:\w+ )?(?:kind|type|sort|breed|species|shape|pattern|material|structure|object|thing|item|animal|"
    r"weather|position|location|direction|place|pose|posture|activity|occupation|sport|name|person|vehicle)s?\b"
)


@lru_cache(maxsize=4096)
def expected_answer(question: str) -> Expected:
    """The expected answer of a question, or of a statement that may be true or not."""
    text, asks = _asked(question)
    if not text:
        return Expected()
    is_wh = bool(re.search(rf"\b(?:{WH})\b", text)) and not re.match(rf"(?:{AUXILIARY})\b", text)
    if _COUNT.search(text) and _LIMIT.search(text):
        return Expected("yes/no")
    if _IMPERATIVE.match(text) and " or " not in text:
        return Expected("number") if _COUNT.search(text) else Expected()
    counts = is_wh and _COUNT.search(text) and ":" not in text
    if asks and not counts and " or " in text and (choices := alternatives(text)):
        return Expected("choice", choices)
    wonders = is_wh and re.search(r"\b(?:know|asks?|asked|wonders?|wondering|tell)\b", text)
    leads = re.match(rf"(?:{WH}|name|read|count|give|say|state|tell)\b", text) or _is_heading(text)
    if not asks and not wonders and not leads:
        return Expected("yes/no")  # a statement, also one with "whose" or "which" in it
    if re.search(rf",? and (?:{WH})\b", text):
        return Expected()  # two questions in one: "Is there a cup, and what color is it?"
    if re.match(rf"(?:{AUXILIARY})\b", text):
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
    return expected_answer(question).kind == "number" and bool(_COUNT.search(_asked(question)[0]))


def asked_sentence(question: str) -> str:
    """The sentence that asks, in lower case, without a polite opening such as "can you tell me"."""
    return _asked(question)[0]


def _asked(question: str) -> tuple[str, bool]:
    """The sentence that asks, in lower case without polite openings, and whether it is a question at all.

    A statement before it ("They are on holiday. Is it sunny?") sets the scene only.
    """
    plain = " ".join(question.replace("\u2019", "'").split()).lower()
    sentences = [
        part for part in re.split(r"(?:(?<=[.?!])|(?<=\w[.?!][\"']))\s+(?=\w)", plain) if re.search(r"\w", part)
    ]
    asking = [part for part in sentences if part.rstrip().endswith("?")]
    text = asking[-1] if asking else sentences[-1] if sentences else ""
    text = text.strip(" .?!\"'")
    asks = bool(asking) or bool(re.match(r"(?:please )?tell (?:me|us)\b", text))
    before = None
    while before != text:
        before, text = text, _POLITE.sub("", text).strip(" ,")
    leads = rf"(?:{WH}|{AUXILIARY})\b"
    if (plain := _TAG.sub("", text)) != text and not re.search(r"\b(?:what|which|where|how)\b", text):
        return plain, bool(re.match(leads, plain))
    asks = asks or (bool(re.match(leads, text)) and not re.match(r"(?:who|which|when|where) \w+ \w+$", text))
    return text, asks


def _is_heading(text: str) -> bool:
    """Is it a thing to tell, without a verb: "Number of chairs.", "Beak color."?"""
    return bool(_HEADING.search(text)) and not re.search(rf"\b(?:{AUXILIARY}|than)\b", text)


def _of_wh(text: str) -> Expected:
    """Of a question with a question word."""
    if _NUMBERED.search(text):
        return Expected("text")
    if _SIDE.search(text) or _WAY.search(text):
        return Expected("choice", ("left", "right") if _SIDE.search(text) else ("left", "right", "up", "down"))
    if _COUNT.search(text):
        return Expected("number")
    if _COLOR.search(text):
        return Expected("color")
    if _MEASURE.search(text):
        return Expected("number")
    if re.search(
        r"\bwhere\b|\bhow (?:sure|likely)\b|\b(?:what|which) (?:of the )?(?:images?|pictures?|photos?)\b", text
    ):
        return Expected()
    if _TEXT.search(text) and not _CALLED.search(text) and not text.startswith("who "):
        return Expected("text")
    return Expected("name")


def _of_fragment(text: str) -> Expected:
    """Of a question without a verb in front: "Trees behind the house?", "Color of the roof?", "Name the bird"."""
    if _NUMBERED.search(text):
        return Expected("text")
    if _COUNT.search(text):
        return Expected("number")
    if re.match(r"(?:any|some|no|another|a|an|more)\b", text):
        return Expected("yes/no")
    if _COLOR.search(text) and not re.search(r"\b(?:same|equal|different)\b", text):
        return Expected("color")
    if re.match(r"read\b", text) or (_TEXT.search(text) and not _CALLED.search(text)):
        return Expected("text")
    if re.match(r"(?:name|give)\b", text) or _NAMED.match(text):
        return Expected("name")
    return Expected("yes/no")
