"""The alternatives of an either-or question: "Is the cup red or white?", "Which is taller, the vase or the jug?"."""

from __future__ import annotations

import re

from ....tools.words.english import is_color, singular
from .terms import (
    ADJECTIVES,
    AUXILIARY,
    COMPARED,
    DEFINITE,
    DEGREES,
    DETERMINERS,
    INDEFINITE,
    IT,
    LAMPS,
    NO_QUALITY,
    NUMBER,
    PARTICLES,
    PLACING,
    PREPOSITIONS,
    WH,
)

_THERE = re.compile(
    r"^(?:is|are|was|were|isn't|aren't) (?:there|any|anyone|anybody|someone|somebody)\b"
    r"|^(?:any|do you see|can you see|can we see|do we see|can one see)\b"
    r"|^(?:does (?:the|this|it) (?:picture|photo|image|photograph) (?:show|contain|have))\b|^there\b"
)
_THERE_TWO = re.compile(
    r"[:;]| or (?:more|fewer|just|only|rather|is it|are they|from|in|on|at|to|behind|under|above|below)\b"
    r"|^(?:(?:is|are) there|(?:do|can) (?:you|we|i) see) more (?!.*\bthan\b)\w+ or \w"
    r"|\bfrom the \w+(?:, the \w+)*,? or "
)
"""Where a question whether something is there names alternatives: "Are there more cats or dogs?"."""

_INCLUSIVE = re.compile(
    rf"^(?:{AUXILIARY}) either\b|^\w+ or (?:more|fewer|less)\b"
    rf"|\b(?:{NUMBER}) or (?:more|fewer|less)\b|"
    r"\b(?:any|anything|anyone|anybody)\b[^:;,]* or |\bcontains? (?!.*\b(?:an?|the)\b).* or "
    r"|\b(?:at least|at most|more than|less than|fewer than|up to|about|around|over) "
    rf"(?:{NUMBER}) or \w+\b"
)
"""Where each of the alternatives would do: "Is anything broken or missing?"."""
_CLOSED = re.compile(
    rf"^(?:{WH})\b.*\b(?:\w+er|\w+est|(?:more|most|less|least) \w+|this|that|it"
    r"|these|those|he|she|they|left|right|here|doing|(?:he|she|they|it|you) \w+ing"
    r"|there|first|last|front|top|bottom|picture|photo|image)$"
)
"""A question that is complete, so that what it chooses from may follow: "Which is bigger the cat or the dog?"."""

_ARTICLE = re.compile(
    r"^(?:(?:either|rather|more like|more|like|still|already|just|only|maybe|an?|the|its|his|her|their|some) )+"
)
_WHERE = re.compile(r"(?<=\w) (?:(?:on|at|in) (?:the|its) .+|ahead|behind it|over there|up front)$")
_TAIL = re.compile(r" (?:one|ones)$|(?<!driver)(?<!passenger) (?:side|sides|half)$")
_ENDS = re.compile(
    r"^(?P<kept>(?:(?:in|on|at|to|from|with|by|of) )?(?:(?:the|an?|its|his|her|their) )?[\w'-]+(?: [\w'-]+)*?)"
    r"(?= (?:(?:in|on|at|from|with|around|near|by|along|across|through|while) |"
    r"(?:of|than|does|do|is|are|has|have|for|for the|here|that|who|which|when|there|today|now|yet|then"
    rf"|(?:the )?(?:{COMPARED})(?= one$|$))\b)|$)"
)
_SIDE = re.compile(
    r"^(in front|on top|behind|before|above|over|below|under|underneath|beneath|inside|outside|beside|next to|near"
    r"|ahead|out|on|in|at)\b(?: of)?"
)
_VERB_AND_PARTICLE = re.compile(rf"(?:\w{{2,}}(?:ed|ing)|spread|held|hung|laid|put|cut) (?:{'|'.join(PARTICLES)})")
_LEADS = re.compile(
    rf"(?!.*\b(?:{WH})\b)(?:{AUXILIARY}|describe|classify|(?:{IT}|(?:the|this|that|its|his|her|my) (?:\w+ ){{0,2}}?\w+)"
    r" (?:is|are|was|were|looks?|seems?))\b"
)
"""A sentence that may end with the first alternative: "the jar is full", "empty or broken"."""
_TURNED = re.compile(rf"(?:(?:{AUXILIARY}) (?:{IT}|somebody|someone)|(?:it|he|she|they)(?: is| are|'s)) (?P<rest>.+)")


_AMOUNT = rf"({NUMBER}|both|several|many|none|all|some)\b(?!-)"
_AMOUNTS = re.compile(
    rf"(?:(?:{AUXILIARY})\b(?:.*? )?)?{_AMOUNT}(?:, {_AMOUNT})?(?! (?:of|on|in|at|with) the (?:left|right)).*?"
    rf"\bor (?:(?:is|are|has|have) (?:there|it|they) |(?:only|just|rather) )*{_AMOUNT}(?! (?:on|in|at|with|who|that)\b)"
)
"""One or several: the numbers are the alternatives."""
_LESS = r"(more|fewer|less|(?:just )?as many|the same)"
_RELATIVE = re.compile(rf".*?\b{_LESS}\b.* or (?:are there )?{_LESS}(?: number)?$")
"""How two numbers compare: "More cups than plates, or fewer?"."""


def alternatives(text: str) -> tuple[str, ...]:
    """The alternatives of an either-or question; () where `or` joins something else ("Is there a cat or a dog?")."""
    text = re.sub(r"\b(?:more|kind|sort) of an? ", "", text)
    text = re.sub(r",? or (?:something|sth|anything|so)\b(?: like that| else)?", "", text)
    if " or " not in text:
        return ()
    if (bracket := re.search(r"[(\[]([^()\[\]]* or [^()\[\]]*)[)\]]", text)) and " or " not in text[: bracket.start()]:
        text = bracket[1]
    text = re.sub(r" (?:right now|now|today|at the moment|in (?:this|the) (?:photo|picture|image))$", "", text)
    if _INCLUSIVE.search(text):
        return ()
    text = _in_a_list(re.sub(r" [\u2013\u2014-] or ", ", or ", text))
    if relative := _RELATIVE.match(text):
        return relative.groups()
    if amounts := _AMOUNTS.match(text):
        return tuple(dict.fromkeys(filter(None, amounts.groups())))
    if _THERE.match(text) and not _THERE_TWO.search(text):
        return ()
    if re.search(r"\b(?:present|visible|in view|in sight|around)$", text):
        return ()
    listed = _listed(text)
    if not listed and re.match(rf"(?:{WH})\b", text) and not _chooses(text):
        return ()
    found = listed or _inline(text)
    plain = [_bare(part) for part in _alike(found)]
    plain = _without_shared(_bare_sides(_sides([part for part in plain if part])))
    if len(dict.fromkeys(plain)) < 2 or any(len(part.split()) > 8 for part in plain):
        return ()
    shorter = [part if part.split()[0].endswith("ing") else _TAIL.sub("", _WHERE.sub("", part)) for part in plain]
    return tuple(dict.fromkeys(shorter if len(set(shorter)) == len(set(plain)) and _differ(shorter) else plain))


def _in_a_list(text: str) -> str:
    """With commas as in "red, yellow or green": "a cat or a dog or a rabbit", "red, yellow, or green"."""
    parts = text.split(" or ")
    sizes = {len(part.split()) for part in parts[1:]}
    if len(parts) > 2 and "," not in text and len(sizes) == 1 and not re.match(rf"(?:{AUXILIARY})\b", parts[-1]):
        return f"{', '.join(parts[:-1])} or {parts[-1]}"
    pieces = re.split(r",\s*", text)
    if len(pieces) > 2 and pieces[-1].startswith("or ") and not re.match(rf"(?:{AUXILIARY}|{WH})\b", pieces[-2]):
        return f"{', '.join(pieces[:-1])} {pieces[-1]}"
    return text


def _chooses(text: str) -> bool:
    """Does a question with a question word end with what it chooses from, and not have an `or` in its middle?

    "Which is bigger the cat or the dog?" does, and "What does the sign or poster say?" does not.
    """
    before, _, after = text.rpartition(" or ")
    words = before.split()
    if not words or not after.split() or _TURNED.match(after) or re.search(r"[(:;\u2013\u2014,]", text):
        return True
    return bool(_CLOSED.match(" ".join(words[: _start(words, after.split()[0])])))


def _bare_sides(parts: list[str]) -> list[str]:
    """Of "left" and "right hand" the sides alone."""
    is_of_sides = len(parts) == 2 and {part.split()[0] for part in parts} == {"left", "right"}
    same = len({" ".join(part.split()[1:]) for part in parts}) == 1 or (parts and parts[0] in ("left", "right"))
    return [part.split()[0] for part in parts] if is_of_sides and same else parts


def _without_shared(parts: list[str]) -> list[str]:
    """Of "heading left" and "heading right", "floppy ears" and "pointed ears" what tells them apart."""
    words = [part.split() for part in parts]
    if all(len(own) == 2 for own in words) and len({own[1] for own in words}) == 1:
        return [own[0] for own in words] if re.search(r"[^s]s$", parts[-1]) else parts
    if (
        not words
        or any(len(own) != 2 for own in words)
        or len({own[0] for own in words}) > 1
        or words[0][0] in (*PREPOSITIONS, "far", "very")
    ):
        return parts
    return [own[1] for own in words]


def _differ(parts: list[str]) -> bool:
    """Does each say something that no other says?"""
    words = [set(part.split()) for part in parts]
    return all(one - other for n, one in enumerate(words) for other in words[:n] + words[n + 1 :] if one != other)


def _alike(parts: list[str]) -> list[str]:
    """Places alone, where the last alternative is "the one on the right": of "the man on the left" too."""
    placed = rf"^(?:the )?ones? (?=(?:{'|'.join(PLACING)}) )"
    if not parts or not re.match(placed, parts[-1].strip(" ,")):
        return parts
    of_others = rf"^(?:[\w'-]+ )+?(?=(?:{'|'.join(PLACING)}) )"
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
    if any(thing and thing.split()[0] not in (*DETERMINERS, *IT.split("|")) for thing in things):
        return choices  # "on" and "in sleep mode"
    return sides if len(dict.fromkeys(filter(None, things))) < 2 and len(set(sides)) == len(sides) else choices


def _listed(text: str) -> list[str]:
    """Alternatives set apart by a colon, a dash or a comma: "..., the red or the blue", "left or right of it, ..."."""
    colon = re.split(r"\s*[:;]\s+|\s+[\u2013\u2014-]\s+", text)
    if len(colon) > 1:
        parts = [part for part in colon if " or " in part]
        if parts and re.match(rf"(?:{WH})\b", parts[-1]):
            return _listed(parts[-1])
        if parts:
            shares = re.fullmatch(r"[\w-]+ or [\w-]+ \w+|[\w-]+ [\w-]+ or [\w-]+ ones", parts[-1])
            leads = shares or re.match(rf"(?:{AUXILIARY})\b", parts[-1])
            return _listed(parts[-1]) or _inline(parts[-1]) if leads else _split(parts[-1])
    pieces = re.split(r",\s*", text)
    return _between_commas(pieces) if len(pieces) > 1 else []


def _between_commas(pieces: list[str]) -> list[str]:
    """Alternatives of a sentence that is split at its commas."""
    last = next(i for i, piece in enumerate(pieces) if " or " in f" {piece} ")
    asking = [i for i, piece in enumerate(pieces[:last]) if re.match(rf"(?:{AUXILIARY})\b", piece)]
    if asking and asking[-1]:  # "of the three doors, is the open one on the left, ..."
        pieces, last = pieces[asking[-1] :], last - asking[-1]
    if last == 0:  # "left or right of the door, where is the lamp?"
        return _inline(pieces[0])
    piece = re.sub(r"^(?:but|and|so) ", "", pieces[last])
    if piece.startswith("or "):
        return _like(pieces[last - 1], _after_copula(piece.removeprefix("or ")))
    if re.match(rf"(?:{AUXILIARY}|{WH})\b|(?:the|this|that) .*\b(?:is|are) ", piece):
        return _inline(piece)
    noun = rf"(?:(?:{'|'.join(PREPOSITIONS)}) )?(?:an?|the)"
    told = rf"(?!.*\b(?:{WH})\b).*\b(?:is|are|was|were) {noun} \w+$"
    leads = re.match(rf"(?:{AUXILIARY})\b", pieces[0]) or re.match(told, pieces[0])
    if leads and re.match(rf"{noun}\b", piece):
        pieces[0] = re.sub(
            rf".*?\b(?={noun} \w+(?: \w+)?$)", "", pieces[0], count=1
        )  # "is it a beach, a lake or a hill"
        return [part for piece in pieces[: last + 1] for part in _split(piece)]
    first, others = last, [*pieces[1:last], *_split(piece)]
    if _LEADS.match(pieces[0]) and _goes_on(pieces[0], others):
        is_verb = re.search(r"ing (?:off|on|up|down|out|in)$", pieces[0]) and not {"up", "down", "left"} & {*others}
        words = pieces[0].split()
        cut = -2 if is_verb or _is_degree(words) else -1
        pieces[0] = " ".join(words[cut:])  # "is the boy standing, sitting or kneeling"
        return [pieces[0], *others]
    if last == 1 and re.fullmatch(rf"(?!(?:{WH}|{AUXILIARY})\b)[\w-]+", pieces[0]) and len(piece.split()) <= 5:
        first = 0  # "whole, half or a slice?"
    while first > 1 and len(pieces[first - 1].split()) <= 4 and not re.search(rf"\b(?:{WH})\b", pieces[first - 1]):
        first -= 1
    return [part for piece in pieces[first : last + 1] for part in _split(piece)]


def _goes_on(first: str, others: list[str]) -> bool:
    """Does the last word of a sentence begin its list: "is the boy standing", ["sitting", "kneeling on the floor"]?"""
    words = first.split()
    if all(" " not in one for one in others) or words[-1] in ("left", "right", "up", "down"):
        return True
    places = {word for one in others for word in one.split()} & {"left", "right", *PREPOSITIONS}
    are_short = any(" " not in one for one in others) or all(len(one.split()) < 4 for one in others)
    return not places and not {*words[-2:-1]} & {*DETERMINERS} and are_short


def _like(before: str, second: str) -> list[str]:
    """The end of a sentence and what stands behind its `or is it`; both from their article on where both have one."""
    first = _after_copula(before)
    if second.split()[0] in INDEFINITE and (named := re.search(r".*\b(an? .+)", first)):
        first = named[1]  # "is the lady wearing a tie" and "a scarf"
    return [first, second]


def _after_copula(part: str) -> str:
    """Of "is it bent" or "does the bird hold its head straight up" what stands at the end, as an alternative."""
    one = rf"(?:(?:this|that|these|those|the) \w+(?= (?:(?:an?|the) |\w+$))|{IT})"
    shorter = re.sub(rf"^(?:{AUXILIARY}) {one} (?:have |has )?", "", part)
    shorter = re.sub(rf"(?<=\w\w) (?:in|on) (?:{IT})$", "", shorter)
    if not re.match(rf"(?:{AUXILIARY}|{WH})\b", shorter):
        return shorter
    words = shorter.split()
    if " and " in shorter:
        return " ".join(words[-3:])
    keeps = words[-1] in ("up", "down", "out", "still", "off", "on") and re.search(r"(?:ed|ing|en|ht|ut)$", words[-2])
    return " ".join(words[-2:] if keeps else words[-1:])


def _split(part: str) -> list[str]:
    """The alternatives of a bare list: "the left, the middle or the right one"."""
    return [one for one in re.split(r",\s*(?:or\s+)?|\s+or\s+", part) if one.strip()]


def _inline(text: str) -> list[str]:
    """Alternatives inside of a sentence: of what stands before `or`, as much as is built like what stands behind it."""
    before, _, after = text.rpartition(" or ")
    after = re.sub(r"^(?:still|already|just|only|rather|even|actually) ", "", after)
    if not re.search(r"\w", before) or not re.search(r"\w", after):
        return []
    if turned := _TURNED.match(after):
        return _like(before, turned["rest"])  # "is he bald or does he have hair"
    right = _ENDS.match(after)
    second = right["kept"] if right else after
    words = before.replace(",", " ,").split()
    start = _start(words, second.split()[0])
    if start == 1 and (shared := after.find(f"{words[-1]} ")) > 0:
        second = after[: shared + len(words[-1])]  # "does the left man or the right man wear glasses"
    elif start == 1 and len(words) == 3 and words[1] in DEFINITE and second == after:
        second = " ".join(after.split()[:2])  # "does the woman or the man hold the baby"
    elif start == 1 and len(words) > 3 and second == after and re.fullmatch(AUXILIARY, words[0]):
        start = 2 + _start(words[2:], second.split()[0])  # "is the picture upside down or the right way up"
    if words[-3:-2] in (["a"], ["an"]) and start == len(words) - 1 and re.fullmatch(r"[\w-]*[^s]s", second):
        start -= 1  # "a checkered pattern or stripes"
    firsts = " ".join(words[start:])
    if len(words) - start > 1 and words[start].endswith("ing") and second.split()[0].endswith("ing"):
        second = after  # "hanging on the door or lying on the floor"
    elif re.match(rf"(?:the )?ones? (?:{'|'.join(PLACING)}) ", after):
        second = after
    elif start == len(words) - 1:
        firsts, second = _sharing(words, second)
    elif start == len(words) - 2 and {words[-1], *second.split()[1:2]} <= ADJECTIVES:
        second = " ".join(second.split()[:2])  # "is that a male or a female duck"
    return [*(one for one in re.split(r"\s*,\s*", firsts) if one), second]


def _start(words: list[str], first_right: str) -> int:
    """Where the first alternative starts: at a word like the first one of the other, or else at the last word."""
    for place in range(len(words) - 1, max(len(words) - 7, -1), -1):
        word = words[place]
        both = [one for one in (PREPOSITIONS, DEFINITE, INDEFINITE) if word in one and first_right in one]
        if both or word == first_right or (first_right.endswith("ing") and word.endswith("ing")):
            return place
    if words[-2:-1] == ["and"] and len(words) > 2:
        return len(words) - 3  # "black and white or in color"
    ends = _VERB_AND_PARTICLE.fullmatch(" ".join(words[-2:]))
    is_two = len(words) > 1 and (_is_degree(words) or (ends and first_right not in PARTICLES))
    return len(words) - (2 if is_two else 1)


def _is_degree(words: list[str]) -> bool:
    """Does the word before the last one say how much, as in "half full" and "light blue"?"""
    if words[-2] not in ("light", "dark"):
        return words[-2] in DEGREES
    return is_color(words[-1]) and words[-3:-2] != [] and words[-3] not in LAMPS


def _sharing(words: list[str], second: str) -> tuple[str, str]:
    """A last word and the alternative behind it, where they have a noun in common that one of them leaves out."""
    last, others = words[-1], second.split()
    is_shade = len(others) == 2 and others[0] in ("light", "dark") and is_color(others[1])
    if others[0] in DETERMINERS or (is_shade and last not in ("light", "dark")):
        return last, second
    if len(words) > 1 and len(others) == 2 and last == others[-1]:
        tells = words[-2] not in NO_QUALITY
        return (" ".join(words[-2:]) if tells else last), second  # "these paper cups or plastic cups"
    if len(words) > 1 and len(others) == 2 and singular(last) == singular(others[-1]):
        return words[-2], others[0]  # "the same color or different colors"
    if len(words) > 1 and len(others) == 2 and others[-1] == "ones" and others[0] not in DETERMINERS:
        return words[-2], second  # "real flowers or plastic ones"
    if len(words) == 2 and {words[0], second} <= ADJECTIVES:
        return words[0], second
    plural = re.search(r"[^s]s$", second) and not last.endswith("s")
    if len(others) == 2 and ({last, others[0]} <= ADJECTIVES or plural) and re.fullmatch(r"[\w-]+ \w+", second):
        return last, others[0]  # "long or short sleeves", "wet or dry pavement"
    return last, second


def _bare(part: str) -> str:
    """An alternative without articles, and without "one" and "side" behind it."""
    text = part.strip(" .?!,\"'()")
    text = re.sub(r"^(?:is|are|was|were) (?:it |that |this |they |these |those |(?=\w+$))", "", text)
    text = re.sub(
        r"^(?:on|to|in|at|from) (?=(?:the |its |his |her )?(?:(?:far|very) )?(?:left|right|side|top(?! of)"
        r"|bottom|middle"
        r"|(?<!his )(?<!her )back|upper|lower|corner|cent(?:er|re)|foreground|background|behind|(?<!in )front)\b)",
        "",
        text,
    )
    text = re.sub(r"^to (?=(?:the|its|his|her) )", "", re.sub(r" one \w+er$", "", text))
    text = _ARTICLE.sub("", re.sub(r"\b(left|right) of .*", r"\1", text))
    shorter = text if re.match(r"on (?:her|his|its) side", text) else _TAIL.sub("", text).removesuffix("'s")
    return shorter or text
