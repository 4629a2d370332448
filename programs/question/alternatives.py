"""The alternatives of an either-or question: "Is the cup red or white?", "Which is taller, the vase or the jug?"."""

from __future__ import annotations

import re

AUXILIARY = (
    "is|isn't|are|aren't|was|were|do|does|doesn't|don't|did|has|hasn't|have|haven't|can|could|will|would|should|am"
)
WH = "what|which|who|whose|whom|where|when|why|how"
_THERE = re.compile(
    r"^(?:is|are|was|were|isn't|aren't) (?:there|any|anyone|anybody|someone|somebody)\b"
    r"|^(?:any|do you see|can you see|can we see|do we see|can one see)\b"
    r"|^(?:does (?:the|this|it) (?:picture|photo|image|photograph) (?:show|contain|have))\b|^there\b"
)
_THERE_TWO = re.compile(
    r"[:;]| or (?:more|from|in|on|at|to|behind|under|above|below)\b"
    r"|^(?:is|are) there more (?!.*\bthan\b)\w+ or \w"
)
"""Where a question whether something is there names alternatives: "Are there more cats or dogs?"."""

_ARTICLE = re.compile(r"^(?:either |rather |more |an? |the |its |his |her |their |some )+")
_WHERE = re.compile(r"(?<=\w) (?:(?:on|at|in) (?:the|its) .+|ahead|behind it|over there|up front)$")
_TAIL = re.compile(r" (?:one|ones|side|sides|half)$")
_ENDS = re.compile(
    r"^(?P<kept>(?:(?:in|on|at|to|from|with|by|of) )?(?:(?:the|an?|its|his|her|their) )?[\w'-]+(?: [\w'-]+)*?)"
    r"(?= (?:of|than|does|do|is|are|has|have|in|on|at|from|with|for|for the|here|that|who|which|when|there)\b|$)"
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


def alternatives(text: str) -> tuple[str, ...]:
    """The alternatives of an either-or question; () where `or` joins something else ("Is there a cat or a dog?")."""
    text = re.sub(r"\b(?:more|kind|sort) of an? ", "", text)
    if amounts := _AMOUNTS.match(text):
        return tuple(amounts.groups())
    if _THERE.match(text) and not _THERE_TWO.search(text):
        return ()
    if re.search(r"\b(?:present|visible|in view|in sight|around)$", text):
        return ()
    listed = _listed(text)
    found = listed or _inline(text)
    plain = [_bare(part) for part in _alike(found)]
    plain = _without_shared(_bare_sides(_sides([part for part in plain if part])))
    if len(dict.fromkeys(plain)) < 2 or any(len(part.split()) > 8 for part in plain):
        return ()
    shorter = [part if part.split()[0].endswith("ing") else _TAIL.sub("", _WHERE.sub("", part)) for part in plain]
    return tuple(dict.fromkeys(shorter if len(set(shorter)) == len(set(plain)) and _differ(shorter) else plain))


def _bare_sides(parts: list[str]) -> list[str]:
    """Of "left" and "right hand" the sides alone."""
    is_of_sides = len(parts) == 2 and {part.split()[0] for part in parts} == {"left", "right"}
    return [part.split()[0] for part in parts] if is_of_sides and parts[0] in ("left", "right") else parts


def _without_shared(parts: list[str]) -> list[str]:
    """Of "heading left" and "heading right", "wings folded" and "wings spread" what tells them apart."""
    words = [part.split() for part in parts]
    if (
        any(len(own) != 2 for own in words)
        or len({own[0] for own in words}) > 1
        or words[0][0] in (*_PREPOSITIONS, "far", "very")
    ):
        return parts
    return [own[1] for own in words]


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
            return _inline(parts[-1]) if re.match(rf"(?:{AUXILIARY})\b", parts[-1]) else _split(parts[-1])
    pieces = re.split(r",\s*", text)
    if len(pieces) == 1:
        return []
    last = next(i for i, piece in enumerate(pieces) if " or " in f" {piece} ")
    if last == 0:  # "left or right of the door, where is the lamp?"
        return _inline(pieces[0])
    piece = pieces[last]
    if piece.startswith("or "):
        return [_after_copula(pieces[last - 1]), _after_copula(piece.removeprefix("or "))]
    if re.match(rf"(?:{AUXILIARY}|{WH})\b", piece):
        return _inline(piece)
    noun = rf"(?:(?:{'|'.join(_PREPOSITIONS)}) )?(?:an?|the)"
    if re.match(rf"(?:{AUXILIARY})\b", pieces[0]) and re.match(rf"{noun}\b", piece):
        pieces[0] = re.sub(
            rf".*?\b(?={noun} \w+(?: \w+)?$)", "", pieces[0], count=1
        )  # "is it a beach, a lake or a hill"
        return [part for piece in pieces[: last + 1] for part in _split(piece)]
    first = last
    if last == 1 and re.match(rf"(?:{AUXILIARY})\b", pieces[0]) and all(" " not in one for one in _split(piece)):
        pieces[0] = pieces[0].split()[-1]  # "is the boy standing, sitting or kneeling"
        return [pieces[0], *_split(piece)]
    if last == 1 and re.fullmatch(rf"(?!(?:{WH}|{AUXILIARY})\b)[\w-]+", pieces[0]) and len(piece.split()) <= 5:
        first = 0  # "whole, half or a slice?"
    while first > 1 and len(pieces[first - 1].split()) <= 4 and not re.search(rf"\b(?:{WH})\b", pieces[first - 1]):
        first -= 1
    return [part for piece in pieces[first : last + 1] for part in _split(piece)]


def _after_copula(part: str) -> str:
    """Of "is it bent" or "does the bird hold its head straight up" what stands at the end, as an alternative."""
    shorter = re.sub(rf"^(?:{AUXILIARY}) (?:it|he|she|they|this|that|these|those) ", "", part)
    if not re.match(rf"(?:{AUXILIARY}|{WH})\b", shorter):
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
