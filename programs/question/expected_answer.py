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

_AUXILIARY = (
    "is|isn't|are|aren't|was|were|do|does|doesn't|don't|did|has|hasn't|have|haven't|can|could|will|would|should|am"
)
_WH = "what|which|who|whose|whom|where|when|why|how"
_POLITE = re.compile(
    r"^(?:(?:please|so|ok|okay|hey|hi|hello|well|and|but|now|also)\b[ ,]*|"
    r"(?:can|could|would|will) you (?:please )?(?:tell|show|say|let)(?: me| us)?(?: know)?[ ,]+(?:please )?|"
    r"(?:please )?tell (?:me|us)[ ,]+|i (?:would like|want|'d like|d like) to know[ ,]+|i wonder[ ,]+|"
    rf"do you (?:know|see) (?=(?:{_WH})\b)|"
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
    rf"|\bwhat(?: is| are|'s|s)? the (?:\w+ )?(?:{_NAMES_OF_WRITING})\b"
    rf"|^(?:the )?(?:\w+ )?(?:{_NAMES_OF_WRITING})\b"
    r"|^(?:the )?(?:two|three|four|five|six|\d) (?:\w+ )?(?:letters|words|digits)\b"
)
_IMPERATIVE = re.compile(
    r"^(?:find|locate|show|point|mark|crop|segment|highlight|draw|where|describe|list|detect|box|put|replace|remove|blur|hide)\b"
)
_NAMED = re.compile(
    r"^(?:the )?(?:\w+ )?(?:kind|type|sort|breed|species|shape|pattern|material|structure|object|thing|item|animal|"
    r"weather|position|location|direction|place|pose|posture|activity|occupation|sport|name|person|vehicle)s?\b"
)
_THERE = re.compile(
    r"^(?:is|are|was|were|isn't|aren't) (?:there|any|anyone|anybody|someone|somebody)\b"
    r"|^(?:any|do you see|can you see|can we see|do we see|can one see)\b"
    r"|^(?:does (?:the|this|it) (?:picture|photo|image|photograph) (?:show|contain|have))\b|^there\b"
)


@lru_cache(maxsize=4096)
def expected_answer(question: str) -> Expected:
    """The expected answer of a question, or of a statement that may be true or not."""
    text, asks = _asked(question)
    if not text:
        return Expected()
    is_wh = bool(re.search(rf"\b(?:{_WH})\b", text)) and not re.match(rf"(?:{_AUXILIARY})\b", text)
    if _COUNT.search(text) and _LIMIT.search(text):
        return Expected("yes/no")
    if _IMPERATIVE.match(text) and " or " not in text:
        return Expected("number") if _COUNT.search(text) else Expected()
    counts = is_wh and _COUNT.search(text) and ":" not in text
    if asks and not counts and " or " in text and (choices := _choices(text)):
        return Expected("choice", choices)
    wonders = is_wh and re.search(r"\b(?:know|asks?|asked|wonders?|wondering|tell)\b", text)
    leads = re.match(rf"(?:{_WH}|name|read|count|give|say|state|tell)\b", text) or _is_heading(text)
    if not asks and not wonders and not leads:
        return Expected("yes/no")  # a statement, also one with "whose" or "which" in it
    if re.search(rf",? and (?:{_WH})\b", text):
        return Expected()  # two questions in one: "Is there a cup, and what color is it?"
    if re.match(rf"(?:{_AUXILIARY})\b", text):
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
    sentences = [part for part in re.split(r"(?<=[.?!])\s+(?=\w)", plain) if re.search(r"\w", part)]
    asking = [part for part in sentences if part.rstrip().endswith("?")]
    text = asking[-1] if asking else sentences[-1] if sentences else ""
    text = text.strip(" .?!\"'")
    asks = bool(asking) or bool(re.match(r"(?:please )?tell (?:me|us)\b", text))
    before = None
    while before != text:
        before, text = text, _POLITE.sub("", text).strip(" ,")
    leads = rf"(?:{_WH}|{_AUXILIARY})\b"
    if (plain := _TAG.sub("", text)) != text and not re.search(r"\b(?:what|which|where|how)\b", text):
        return plain, bool(re.match(leads, plain))
    asks = asks or (bool(re.match(leads, text)) and not re.match(r"(?:who|which|when|where) \w+ \w+$", text))
    return text, asks


def _is_heading(text: str) -> bool:
    """Is it a thing to tell, without a verb: "Number of chairs.", "Beak color."?"""
    return bool(_HEADING.search(text)) and not re.search(rf"\b(?:{_AUXILIARY}|than)\b", text)


def _of_wh(text: str) -> Expected:
    """Of a question with a question word."""
    if _NUMBERED.search(text):
        return Expected("text")
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
    if _TEXT.search(text):
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
    if re.match(r"read\b", text) or _TEXT.search(text):
        return Expected("text")
    if re.match(r"(?:name|give)\b", text) or _NAMED.match(text):
        return Expected("name")
    return Expected("yes/no")


_ARTICLE = re.compile(r"^(?:either |rather |more |an? |the |its |his |her |their |some )+")
_WHERE = re.compile(r"(?<=\w) (?:(?:on|at|in) (?:the|its) .+|ahead|behind it|over there|up front)$")
_TAIL = re.compile(r" (?:one|ones|side|sides|half)$")
_ENDS = re.compile(
    r"^(?P<kept>(?:(?:in|on|at|to|from|with|by|of) )?(?:(?:the|an?|its|his|her|their) )?[\w'-]+(?: [\w'-]+)*?)"
    r"(?= (?:of|than|than the|does|do|is|are|has|have|in|on|at|from|with|for|for the|here|there|that|who|which)\b|$)"
)
_PREPOSITIONS = (
    *("in", "on", "at", "to", "from", "with", "by", "under", "underneath", "beneath", "above", "below", "over"),
    *("behind", "inside", "outside", "before", "towards", "toward", "away"),
)
_PLACING = ("on", "at", "in", "behind", "under", "above", "below")
_SIDE = re.compile(r"^(in front|behind|before|above|over|below|under|underneath|beneath|inside|outside)\b(?: of)?")
_DETERMINERS = ("a", "an", "the", "its", "his", "her", "their")


_AMOUNT = r"(?:only |just )?(one|two|three|four|five|six|several|many|none)\b"
_AMOUNTS = re.compile(rf"(?:is|are) there {_AMOUNT}.*?\bor (?:(?:is|are) there )?{_AMOUNT}")
"""One or several: the numbers are the alternatives."""


def _choices(text: str) -> tuple[str, ...]:
    """The alternatives of an either-or question; () where `or` joins something else ("Is there a cat or a dog?")."""
    if amounts := _AMOUNTS.match(text):
        return tuple(amounts.groups())
    if _THERE.match(text) and not re.search(r"[:;]| or (?:more|from|in|on|at|to|behind|under|above|below)\b", text):
        return ()
    if re.search(r"\b(?:present|visible|in view|in sight|around)$", text):
        return ()
    listed = _listed(text)
    found = listed or _inline(text)
    plain = [_bare(part) for part in _alike(found)]
    plain = _sides([part for part in plain if part])
    if len(dict.fromkeys(plain)) < 2 or any(len(part.split()) > 8 for part in plain):
        return ()
    shorter = [part if part.split()[0].endswith("ing") else _TAIL.sub("", _WHERE.sub("", part)) for part in plain]
    return tuple(dict.fromkeys(shorter if len(set(shorter)) == len(set(plain)) and _differ(shorter) else plain))


def _differ(parts: list[str]) -> bool:
    """Does each say something that no other says?"""
    words = [set(part.split()) for part in parts]
    return all(one - other for n, one in enumerate(words) for other in words[:n] + words[n + 1 :] if one != other)


def _alike(parts: list[str]) -> list[str]:
    """Places alone, where the last alternative is "the one on the right": of "the man on the left" too."""
    placed = rf"^(?:the )?ones? (?=(?:{'|'.join(_PLACING)}) )"
    if not parts or not re.match(placed, parts[-1].strip(" ,")):
        return parts
    of_others = rf"^(?:[\w'-]+ )+?(?=(?:{'|'.join(_PLACING)}) )"
    return [re.sub(of_others, "", part.strip(" ,")) for part in parts]


def _sides(choices: list[str]) -> list[str]:
    """Of "above the trees" and "below them" the sides alone: the thing is the same. Others stay as they are."""
    found = [_SIDE.match(choice) for choice in choices]
    if not all(found):
        return choices
    sides = [match[1] for match in found if match]
    things = [
        re.sub(r"^(?:it|them|him|her)$", "", choice[match.end() :].strip())
        for choice, match in zip(choices, found, strict=True)
        if match
    ]
    return sides if len(dict.fromkeys(filter(None, things))) < 2 and len(set(sides)) == len(sides) else choices


def _listed(text: str) -> list[str]:
    """Alternatives set apart by a colon, a dash or a comma: "..., the red or the blue", "left or right of it, ..."."""
    colon = re.split(r"\s*[:;]\s+|\s+[\u2013\u2014-]\s+", text)
    if len(colon) > 1:
        parts = [part for part in colon if " or " in part]
        if parts:
            return _split(parts[-1])
    pieces = re.split(r",\s*", text)
    if len(pieces) == 1:
        return []
    last = next(i for i, piece in enumerate(pieces) if " or " in f" {piece} ")
    if last == 0:  # "left or right of the door, where is the lamp?"
        return _inline(pieces[0])
    piece = pieces[last]
    if piece.startswith("or "):
        return [_after_copula(pieces[last - 1]), _after_copula(piece.removeprefix("or "))]
    if re.match(rf"(?:{_AUXILIARY}|{_WH})\b", piece):
        return _inline(piece)
    if re.match(rf"(?:{_AUXILIARY})\b", pieces[0]) and re.match(r"(?:an?|the)\b", piece):
        pieces[0] = re.sub(
            r".*\b(?=(?:an?|the) \w+(?: \w+)?$)", "", pieces[0]
        )  # "does it show a beach, a lake or a hill"
        return [part for piece in pieces[: last + 1] for part in _split(piece)]
    first = last
    if last == 1 and re.match(rf"(?:{_AUXILIARY})\b", pieces[0]) and all(" " not in one for one in _split(piece)):
        pieces[0] = pieces[0].split()[-1]  # "is the boy standing, sitting or kneeling"
        return [pieces[0], *_split(piece)]
    while first > 1 and len(pieces[first - 1].split()) <= 4 and not re.search(rf"\b(?:{_WH})\b", pieces[first - 1]):
        first -= 1
    return [part for piece in pieces[first : last + 1] for part in _split(piece)]


def _after_copula(part: str) -> str:
    """Of "is it bent" or "does the bird hold its head straight up" what stands at the end, as an alternative."""
    shorter = re.sub(rf"^(?:{_AUXILIARY}) (?:it|he|she|they|this|that|these|those) ", "", part)
    if not re.match(rf"(?:{_AUXILIARY}|{_WH})\b", shorter):
        return shorter
    words = shorter.split()
    if " and " in shorter:
        return " ".join(words[-3:])
    return " ".join(words[-2:] if words[-1] in ("up", "down", "out", "still", "off", "on") else words[-1:])


def _split(part: str) -> list[str]:
    """The alternatives of a bare list: "the left, the middle or the right one"."""
    return [one for one in re.split(r",\s*(?:or\s+)?|\s+or\s+", part) if one.strip()]


def _inline(text: str) -> list[str]:
    """Alternatives inside of a sentence: of what stands before `or`, as much as is built like what stands behind it."""
    before, _, after = text.rpartition(" or ")
    right = _ENDS.match(after)
    second = right["kept"] if right else after
    words, first_right = before.replace(",", " ,").split(), second.split()[0]
    start = len(words) - 1
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        alike = word == first_right or (first_right in _PREPOSITIONS and word in _PREPOSITIONS)
        alike = alike or (first_right in _DETERMINERS and word in _DETERMINERS)
        alike = alike or (first_right.endswith("ing") and word.endswith("ing"))
        if alike and place < len(words):
            start = place
            break
        if len(words) - place > 5:
            break
    firsts = " ".join(words[start:])
    if len(words) - start > 1 and words[start].endswith("ing") and any(word in _PREPOSITIONS for word in words[start:]):
        second = after  # "hanging on the door or lying on the floor"
    return [*(one for one in re.split(r"\s*,\s*", firsts) if one), second]


def _bare(part: str) -> str:
    """An alternative without articles, and without "one" and "side" behind it."""
    text = part.strip(" .?!,\"'")
    text = re.sub(r"^(?:is|are|was|were) (?:it|that|this|they|these|those) ", "", text)
    text = re.sub(
        r"^(?:on|to|in|at|from) (?=(?:the |its |his |her )?(?:(?:far|very) )?(?:left|right|top|bottom|back|middle"
        r"|upper|lower|corner|cent(?:er|re)|foreground|background|behind|(?<!in )front)\b)",
        "",
        text,
    )
    text = re.sub(r"^to (?=(?:the|its|his|her) )", "", re.sub(r" one \w+er$", "", text))
    text = _ARTICLE.sub("", re.sub(r"\b(left|right) of .*", r"\1", text))
    shorter = _TAIL.sub("", text).removesuffix("'s")
    return shorter or text
