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
from .wording.alternatives import AUXILIARY, WH, alternatives
from .wording.asked import asked, sentences

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
_COUNT = re.compile(
    r"\bhow many\b|\bnumber of\b|\bquantity of\b|\bhead ?count\b|\bcount of\b|^count\b|\bhow often\b|\bamount of\b"
    r"|^(?:the )?(?:total|quantity|qty|tally|head ?count)\b|\bin total$|\b(?:count|total)$"
    r"|\bhow much (?!is|was|does|has|costs)(?=\w+s\b)"
)
_HEADING = re.compile(
    r"^(?:the )?(?:(?:approximate |estimated |exact )?(?:age|number) of|(?:cause|reason|nature) (?:of|for)|manufacturer"
    r"|total|head ?count"
    r"|(?:number|count|quantity|qty|name|kind|type|brand|price|title|registration|address) of"
    r"|(?:(?!(?:any|no|some|another|more|an?|\w+ing)\b)\w+ ){0,3}(?:text|words?|writing|lettering|letters"
    r"|inscription|slogan"
    r"|logo) (?:of|on|in|at)"
    r"|(?:\w+ )?colou?rs? (?:of|on|in))\b"
    r"|\b(?:count|colou?rs?|in total|total)$"
    r"|^(?:its|his|her|their|the) (?:\w+ )?(?:colou?rs?|name|brand|shape|material|pattern|number)\b"
)
_IN_PLACE = re.compile(
    rf"^(?!(?:{AUXILIARY})\b).+ (?:is|are|was|were|in|on|of|with|has|have|wearing|holding|doing)"
    r" (?:what|which)(?: (?:colou?rs?|kinds?|types?|sorts?|makes?|brands?|shapes?)(?: of \w+)?)?$"
)
"""A question word in the place of its answer: "His shirt is what color"."""
_TAG = re.compile(r"\b(?:is|are|was|were|does|do|did|has|have|can)n'?t (?:it|that|this|he|she|they|there|these|those)$")
_LIMIT = re.compile(
    r"[:,;\u2013\u2014-] (?:(?:is|are) (?:it|they|there) )?"
    r"(?:at least|at most|more than|less than|fewer than|exactly|over) \w+$"
)
"""A number that a counted one is held against: "Number of cups: at least two?"."""
_NUMBERED = re.compile(
    r"\b(?:registration|race|racing|house|plate|licen[cs]e|start|starting|jersey|shirt|serial|bus|route|flight|train"
    r"|tram|room|model|phone|line|platform|gate|bib|boat|call|tail|hull|flat|seat|page|track) (?:number|no)\b"
    r"|\b(?:what|which)(?: \w+)? code\b|\b(?:expiry|best[- ]before|sell[- ]by|use[- ]by) date\b"
    r"|^(?:\w+ )?(?:price|date) (?:of|on)\b"
    r"|\b(?:expiration|expiry) date\b|\b(?:how much|what do(?:es)?) (?:.*\bcosts?\b"
    r"|(?:is|are|was|were) (?:the|this|that|these|those|it|they|an?|one)\b"
    r"(?!.*\b(?:left|full|covered|visible|hidden)\b))"
    r"|\bthe total (?:on|of) (?:the|this|that|my|our) (?:bill|receipt|ticket|invoice|check|screen|display)\b"
    r"|\b(?:what|which)(?: \w+)? size (?:is|are) (?:this|that|the|these|those|his|her|my) "
    r"(?!(?:picture|image|photo|box)\b)"
    r"|^(?:the )?\w+ line (?:of|on|in)\b"
    r"|\bnumber of (?:the|this|that|his|her) (?:bus|tram|train|house|room|player|runner|car|taxi|boat|plane|flight|gate"
    r"|platform|page|locker|jersey|shirt)\b"
    r"|\baccording to (?:the|its|a|that|this) (?:\w+ )*(?:sign|label|board|poster|banner|display|screen)\b"
)
"""What is read and never counted, though it is called a number."""
_MEASURE = re.compile(
    r"\bhow (?:much|large|big|tall|wide|high|long|far|bright|dark|small|deep|old|heavy|thick"
    r"|fast(?! (?:may|can|should)))\b"
    r"|\b(?:what|which) (?:percentage|share|fraction|area|distance|size|width|height|ratio)\b"
    r"|\bwhat(?: is|'s) the (?:age|area(?! code)|width|height|distance|size|average|total|sum|largest gap|gap"
    r"|ratio|share"
    r"|percentage)\b"
    r"|\bwhat is the overlap\b"
)
_COLOR = re.compile(r"\b(?:colou?rs?|shade|hue)\b|\b(?:what|which) colou?red\b")
_COLOR_TOLD = re.compile(
    r"\bin the shade\b(?! of)|\bsame colou?r\b|\b(?:an?|in|of|with|has|have) (?:(?:light|dark|bright) )?"
    r"(?:red|orange|yellow|green|blue|purple|pink|brown|white|black|gr[ae]y|golden|silver) colou?rs?\b"
)
"""A color that the question itself tells: "What does the sign in red color say?"."""
_NAMES_OF_WRITING = (
    r"words?|letters?|reg plate|texts?|writing|lettering|number|digits?|brand|surname|"
    r"license plate|licence plate|number plate|label|registration|price|slogan|address|(?:error )?message|password|"
    r"ingredients|dosage|opening hours|street name|e-?mail(?: address)?|manufacturer|"
    r"destination|speed limit|title|caption|website|inscription|headline|logo"
    r"|name (?:on|of|is|that|at|under|printed|written)|time(?! of)"
)
_HELD_BY = r"(?:\w+(?:ed|ing)|made|stuck|hung) (?:to|on|of|against|from|in|with|under|by|at|near|next to)"
_PICTURED = re.compile(
    r"^(?:which|what) (?:animal|bird|fish|insect|fruit|vegetable|flower|plant|tree|thing|object|picture|figure|shape"
    r"|symbol|character|vehicle|food|building)s? (?:is|are|was|were) (?:printed|stamped|embroidered|engraved)\b"
    r"|^(?:which|what) [\w-]+ (?:is|are|was|were) writing\b|\bwriting with$"
)
"""A thing and no text: "Which animal is printed on the mug?"."""
_TEXT = re.compile(
    r"\b(?:say|says|printed|spelled|spelt|spell|read|reads|inscribed|stencill?ed|engraved|embroidered|stamped)\b"
    r"(?! in(?: (?:what|which)\b|$))"
    r"|\bwritten\b(?! in$)|\bwrit(?:e|ing)\b(?=.*\b(?:in|on)\b)|\btranscribe\b|\bclock\b.*\b(?:show|tell)s?$"
    r"|\bnamed (?:on|in)\b|\bwhen\b.*\bexpires?\b"
    r"|\b(?:what|which) (?:date|day|month|year)\b.*\b(?:show|shown|shows)\b"
    r"|\bwhat(?: is|'s) on the (?:display|label|receipt|tag)\b|\b(?:temperature|reading|score) (?:on|of) the"
    r"|\b(?:book|film|movie|shop|store|street|restaurant|hotel|caf[eé]|bar|pub|ship|boat|song|album|game"
    r"|station) called$"
    rf"|\b(?:what|which)(?: \w+)? (?:{_NAMES_OF_WRITING})\b"
    rf"|\b(?:what|which)(?: (?!(?:{AUXILIARY}|of|on|in|at|with|by|near|under|behind)\b)\w+){{2,3}} (?:words?"
    rf"|letters?|numbers?)\b"
    rf"|\bwhat(?: is| are|'s|s)? the (?:\w+ ){{0,2}}(?:{_NAMES_OF_WRITING})\b(?!.* (?:{_HELD_BY})$)"
    rf"|^(?:the )?(?:(?!(?:{AUXILIARY}|what|which|who|where|how|any|no|some|more|an?"
    rf"|\w+ing)\b)\w+ ){{0,3}}(?:{_NAMES_OF_WRITING})\b"
    r"|\b(?:what|which|whose) (?:(?!(?:on|in|at|near|by|under|behind|with|next)\b)\w+ )*(?:\w+'s )?"
    r"(?:sign|logo) (?:is|stands|hangs)\b"
    r"|^(?:the )?(?:two|three|four|five|six|\d) (?:\w+ )?(?:letters|words|digits)\b"
)
_SIDE = re.compile(
    r"\b(?:which|what) side\b(?! (?:dish|dishes|salad|order|view|effects?)\b)"
    r"|\b(?:which|(?:in|on|with|over|under|around|at) what) "
    r"(?:hand|arm|wrist|foot|leg|knee|shoulder|ear|eye|cheek|ankle)\b"
    r"(?=$| (?:is|are|was|were|does|do|did|has|have|of|holds?|carries|points?|rests?|he|she|it|they|the|a|an)\b)"
)
_WAY = re.compile(r"\b(?:which|what) (?:way\b|direction\b(?! (?:of|is the))|direction (?:is|are) .* \w+ing$)")
"""Asked for like this, hardly anything but a side or a way in the picture is answered."""
_CALLED = re.compile(
    r"\bname of (?:the |this |that |these |those )?(?:\w+ )?(?:animal|bird|fish|insect|fruit|vegetable|flower|tree"
    r"|breed|plant|object|thing|item|tool|instrument|vehicle|sport|game|food|dish|shape|material|device|machine|toy)s?\b"
    r"|\b(?:what|which) language\b"
)
"""Names that things have without bearing them."""
_PLACED = re.compile(
    r"\bwhere (?:is|are|does|do|did|has|have)\b.*"
    r"\b(?:on|in|at|under|with|hands?|arms?|feet|foot|legs?|chin|head|paws?)$"
)
"""Where somebody keeps the hands, or what something lies on, is told by a name."""
_IMPERATIVE = re.compile(
    r"^(?:find|locate|show|point|mark|crop|segment|highlight|draw|where(?:abouts)?|describe|list|detect|box|put|replace"
    r"|remove|blur|hide|caption (?:this|the|it)|(?:give|write) (?:me |us )?an? (?:\w+ )?(?:description|caption)"
    r"|(?:tell me )?about (?:this|the) (?:picture|photo|image))\b"
)
_NAMED = re.compile(
    r"^(?:the )?(?:\w+ )?(?:kind|type|sort|breed|species|shape|pattern|material|structure|object|thing|item|animal|"
    r"weather|position|location|direction|place|pose|posture|activity|occupation|sport|name|person|vehicle)s?\b"
    r"|^(?:the )?(?:\w+ )?(?:season|mood|state|condition|make|model|content|headwear|footwear|clothing|outfit|"
    r"cause|reason|nature|instrument|expression|hairstyle|occasion|profession|job|nationality|surface|flooring|genre|flavou?r)s?"
    r"(?= (?:of|for|in|on|at|here|held|worn)\b|$)"
    r"|^time of (?:day|year)\b"
)


_CHECKED = re.compile(
    r"(?!.*\b(?:of|when|while|colou?rs?)\b)(?!(?:name|read|give|tell|count|list|identify|describe)\b)(?:[\w-]+ )+?"
    r"(?:(?:clearly|fully|still) )?"
    r"(?:visible|legible|readable|present|intact|correct|complete|moving|broken|torn|damaged|missing|open|closed|locked"
    r"|clean|dirty|empty|full|wet|dry|attached|installed|worn|bent|cracked|blocked|faded|covered|loose|lit)$"
    r"|(?:persons?|people) (?:in|on|at|under|near|behind) (?!total|all\b)"
)
"""An item of a checklist: "Number plate legible?", "Person in the room?"."""


_BIDS = re.compile(
    r"(?:(?:apart from|except(?: for)?|besides|not counting) .+? )?"
    rf"(?:(?:\w+ )?(?:{WH})|name|read|count|give|say|state|tell|spell|describe|transcribe|copy|type (?:out|the)"
    rf"|identify)\b"
)
"""It asks by its first words, also without a question mark."""


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
    if _COUNT.search(text) and _LIMIT.search(text):
        return Expected("yes/no")
    if _IMPERATIVE.match(text) and _ONE_WORD.search(text):
        return Expected("color" if _COLOR.search(text) else "name")
    if _IMPERATIVE.match(text) and not _PLACED.search(text) and " or " not in text:
        return Expected("number") if _COUNT.search(text) else Expected()
    if among := _AMONG.match(text):
        return Expected("choice", tuple(name for name in among.groups() if name))
    if rather := re.search(rf"\bor ((?:(?:in|on|at|from|to) )?(?:{WH})\b.*)$", text):
        return _of_wh(rather[1])  # "Is it wood, or what is it made from?"
    if not is_wh and _TAG.search(text):
        return Expected("yes/no")  # "The cup or mug, that's blue, isn't it?"
    is_count = is_wh and _COUNT.search(text) and ":" not in text
    if asks and not is_count and " or " in text and (choices := alternatives(text)):
        return Expected("choice", choices)
    wonders = is_wh and re.search(r"\b(?:know|asks?|asked|wonders?|wondering|tell)\b", text)
    if not (asks or wonders or _BIDS.match(text) or _is_heading(text) or _IN_PLACE.search(text)):
        return Expected("yes/no")  # a statement, also one with "whose" or "which" in it
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
    return expected_answer(question).kind == "number" and bool(_COUNT.search(asked(question)[0]))


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
    if _COLOR.search(whole) or re.search(r"\b(?:painted|dyed) (?:in )?[\W_]*$", whole):
        return Expected("color")
    if _COUNT.search(whole) or _COUNTED_BLANK.search(whole):
        return Expected("number")
    return Expected("text" if _WRITING.search(whole) else "name")


def _of_reference(question: str, text: str) -> Expected:
    """Of a sentence that asks for what the one before it speaks of."""
    before = " ".join(part for part in sentences(question) if text not in part)
    if " or " in before and (choices := alternatives(before.strip(" .?!"))):
        return Expected("choice", choices)
    if re.search(r"\b(?:it|that|this|they) (?:say|read)$", text):
        return Expected("text")
    if _COUNT.search(before):
        return Expected("number")
    if _COLOR.search(before):
        return Expected("color")
    return Expected("text" if _NEW_WRITING.search(before) else "name")


def _is_heading(text: str) -> bool:
    """Is it a thing to tell, without a verb: "Number of chairs.", "Beak color."?"""
    named = _NAMED.match(text) and re.match(r"(?:the )?(?:[\w-]+ ){1,2}of\b", text)
    named = named or re.match(r"(?:the )?\w+ (?:held|worn|carried|shown|displayed|used) (?:by|on|in)\b", text)
    plain = re.sub(rf"\b(?:that|which|who) (?:{AUXILIARY})\b", "", text)  # "number of seats that are free"
    return bool(_HEADING.search(text) or _NUMBERED.search(text) or named) and not re.search(
        rf"\b(?:{AUXILIARY}|than)\b", plain
    )


def _of_wh(text: str) -> Expected:
    """Of a question with a question word."""
    text = re.sub(r"\b(?:would you say|do you think|would you call)\b", "", text)
    if _NUMBERED.search(text):
        return Expected("text")
    if _SIDE.search(text) or _WAY.search(text):
        return Expected("choice", ("left", "right") if _SIDE.search(text) else ("left", "right", "up", "down"))
    if _COUNT.search(text):
        return Expected("number")
    if _COLOR.search(_COLOR_TOLD.sub("", text)):
        return Expected("color")
    if _MEASURE.search(text):
        return Expected("number")
    if _PLACED.search(text):
        return Expected("name")
    if re.search(
        r"\bwhere\b|\bhow (?:sure|likely)\b|\b(?:what|which) (?:of the )?(?:images?|pictures?|photos?)\b", text
    ):
        return Expected()
    is_text = _TEXT.search(text) and not _CALLED.search(text) and not _PICTURED.search(text)
    if is_text and not text.startswith("who "):
        return Expected("text")
    return Expected("name")


def _of_fragment(text: str) -> Expected:
    """Of a question without a verb in front: "Trees behind the house?", "Color of the roof?", "Name the bird"."""
    if _CHECKED.match(text):
        return Expected("yes/no")
    if _NUMBERED.search(text):
        return Expected("text")
    if _COUNT.search(text) or re.match(r"(?:the )?(?:approximate |estimated )?(?:age|height|width|length) of\b", text):
        return Expected("number")
    if re.match(r"(?:any|some|no|another|a|an|more)\b", text):
        return Expected("yes/no")
    if _COLOR.search(text) and not re.search(r"\b(?:same|equal|different)\b", text):
        return Expected("color")
    if re.match(r"name (?:that|this|these|those|it)\b|the \w+ (?:they|he|she|it|you|i)\b", text):
        return Expected("name")
    if re.match(r"(?:read|spell|transcribe|copy|type (?:out|the))\b", text) or (
        _TEXT.search(text) and not _CALLED.search(text)
    ):
        return Expected("text")
    if re.match(r"(?:name|give|tell|describe|identify)\b", text) or _NAMED.match(text):
        return Expected("name")
    return Expected("yes/no")
