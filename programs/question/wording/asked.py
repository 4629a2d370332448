"""The sentence of a question that asks, without what people put around it.

"Hi, could you tell me how many there are, please?" asks "how many there are"; "I can't make out if it is open" asks
whether it is open; "It is a cat, right?" states that it is a cat.
"""

from __future__ import annotations

import re

from .openings import ASK_YOU, OPENING, REQUESTED
from .terms import AUXILIARY, IT, WH

_YES_OR_NO = re.compile(
    r"^(?:[^,:.?]{0,30}\byes or no\b[^,:.?]{0,20}[,:] |yes or no |what about [^,]+, "
    r"|(?:would(?:n't)? you (?:say|agree)|do(?:n't)? you think"
    r"|is it (?:true|correct|right|possible(?! to (?:see|tell|say|read|know)\b))"
    r"|does it (?:look like|seem)"
    rf"|is it just me or)[,:]? (?!(?:{WH})\b)(?:that )?)"
)
"""It leaves yes or no to what follows: "Would you say the jar is full?"."""
_WHETHER = re.compile(
    rf"^(?={ASK_YOU}(?:see|check|find out|tell|confirm|say)\b|(?:i|we)\b|no idea|not sure|let (?:me|us)|no clue"
    r"|check|find|see|say|write|note|point|make|figure|identify|tell|(?:just )?curious|indicate|specify|confirm"
    rf"|determine|is it possible to|(?!(?:{WH}|{AUXILIARY})\b)\w+(?: (?:me|us|out))? (?:if|whether)\b"
    r"|(?:\w+ )?\w+ (?:is asking|asks?|wonders?|wants?|needs?) (?:to know |me |us )?"
    r"(?:if|whether|what|who|which|how|where)\b).*?"
    r"(?:\b(?:know|idea|clue|indicate|out|down|see|sure|say|check|tell|told (?:me|us)|wonder|wondering|curious"
    r"|decide|guess|asks?|note|specify|confirm|determine|judge|verify|state|test|count|look|assess|choose)"
    rf"[,:]? )(?P<asks>(?:if|whether) .*|(?:(?:to|on|in|at|from|with|of) )?(?:{WH})\b.*)$"
)
"""What somebody wants to know, in a clause: "I can't make out if it is a crow or a raven"."""
_NOTHING_ASKED = re.compile(
    r"^(?:please )?(?:can|could|would|will)? ?(?:you|any(?:one|body)|some(?:one|body))? ?(?:please )?"
    r"(?:help(?: me| us)?(?: out)?|look|check|any ideas?|thanks?|thank you)(?: please)?$"
)
_ALSO_ASKED = re.compile(
    r"(?:(?:can|could|would|do|does) )?(?:you|any(?:one|body)|some(?:one|body)) (?:please )?"
    r"(?:tell(?: me| us)?|knows?|sees?(?: it| them| that)?|count(?: it| them)?|read(?: it| them)?|help(?: me| us)?"
    r"|check(?: it)?)(?: please)?"
)
"""It asks only whether somebody can answer the question before it: "What is this? Do you know?"."""
_PLEASE = re.compile(
    r"^(?!(?:(?:can|could|would|will) \w+|tell (?:me|us),?|if you) please\b)(.{6,}?(?<!:))[ ,]+"
    r"(?:please|pls|plz|help|thanks|thank you|thx)\b"
    r"(?! (?:tell|give|name|count|read|say|describe|show|list|check|find|me|identify|state|note|record|confirm|verify"
    r"|specify|indicate|report|provide|enter|write|choose|pick|select)\b)(?:[ ,].*)?$"
)
"""Behind what is asked for, and what may follow: "Its colour please, I have to paint it"."""
_WANTED = re.compile(
    r"^(?:(?:my |the )?\w+) (?:just |only |really |is )?"
    r"(?:asks? for|asking for|wants to know|need|want|require|would like) (?=(?:the|its|his|her|their|a|one) )"
)
_CLAUSE = re.compile(
    r"(?:^|[,:;] |(?<=[\u2013\u2014-]) |\b(?:so|and|but) |\b(?=(?:i|we) need the ))(?P<asks>"
    r"need the .*|"
    rf"(?:(?:to|on|in|at|from|with|of|by|for|under|behind) )?"
    rf"(?:what|whose|how|(?:where|when|why) (?=(?:{AUXILIARY})\b)|which (?:ones?|of|\w+ (?:{AUXILIARY})))\b.*"
    r"|(?:please )?(?:name|count|spell|tell|read|give|say|describe)(?: me| us)?\b(?! (?:so|that)\b).*"
    r"|(?:i|we) (?:need|want|would like|'d like) (?:the|its|his|her|their) .*)$"
)
"""What asks behind something else: "I need a cloth, so what shape is the table?"."""
_NAMES_TWO = re.compile(r"(?:[\w'-]+ ){1,3}or(?: [\w'-]+){1,5}\W*|(?:between|(?:out )?of) .* and .*")
"""What may be chosen from, before the clause: "Hot dog or hamburger - what is it?"."""
_GIVES = re.compile(
    r"(?:please )?(?:help (?:me|us) )?(?:tell (?:me|us)|choose|pick|select|decide|classify)\b|.*:$"
    r"|[\w-]+(?: in| on| off| up| out)? or [\w-]+(?: (?:in|on|at|with|by) [\w ]+)?(?:,| [\u2013\u2014-]|$)"
    rf"|(?!(?:{IT}|i|we|there|nobody)\b)(?:(?!(?:{AUXILIARY})\b)[\w'-]+ ){{1,3}}or(?: [\w'-]+){{1,3}}$"
    r"|.*\([^()]* or [^()]*\)$|[\w ]{3,40}: (?:[\w-]+ )?[\w-]+(?: or (?:[\w-]+ )?[\w-]+)+$"
)
"""It asks without a question mark: "Tell me ...", "Paint color:", "The door is (open or closed)."."""
_LEADS = rf"(?:{WH}|{AUXILIARY})\b"
_ASKS_LAST = re.compile(
    rf"(?:{WH})(?: \w+){{0,2}} (?:{AUXILIARY})\b"
    rf"|(?:{AUXILIARY}) (?:the|there|any|an?|this|that|these|those|it|he|she|they|his|her|their|its)\b"
)
"""A question without its mark, behind others: "Can I go? what color is the light"."""
_TOPIC = re.compile(
    rf"(?:the|that|this|these|those|my|his|her)(?: (?!(?:{AUXILIARY})\b)[\w'-]+)+, (?:{AUXILIARY}) "
    r"(?:the|he|she|it|they|his|her|its|their)\b"
)
"""What it is about, and then what is asked: "The man in the back, are his arms crossed"."""
_TAG = re.compile(
    r"(?:[,:]| [\u2013\u2014-]) (?:yes|no|am i (?:right|wrong|correct)|right|correct|true|ok|okay|yeah|no doubt"
    r"|is that (?:right|true|correct|so)|(?:is|was|does|has) (?:it|he|she)(?: not)?|(?:are|were|do|have) they(?: not)?"
    r"|(?:is|are|was|were|do|does|did|has|have|can|could|would)n't (?:it|he|she|they|there|that|we|you))$"
    r"|,? (?:yes or no|true or (?:not|false|untrue)|(?:right|correct) or not|(?<=, )(?:right|correct) or wrong)$"
    r"|,? or (?:not?|nah|nope|naw|am i (?:wrong|right)|is (?:it|that|he|she) not|(?:is|are|do|does)n't \w+"
    r"|(?:is|are|was|were|do|does|did|has|have|can) (?:it|that|he|she|they|there|i|we))$"
)
"""What makes a question of a statement: "It is a cat, right?"."""
_STATES = r"(?:the|this|these|those|there|it|he|she|they|we|i|an?|my|his|her|its|their) (?!what|which|how)"


def asked(question: str) -> tuple[str, bool]:
    """The sentence that asks, in lower case without polite openings, and whether it is a question at all.

    A statement before it ("They are on holiday. Is it sunny?") sets the scene only.
    """
    text, asks = _last(question)
    text = re.sub(r",? or what$", "", text)
    before = None
    while before != text:
        if (plain := _YES_OR_NO.sub("", text)) != text:
            return plain, " or " in plain
        text = REQUESTED.sub("what is ", text)
        before, text = text, _WANTED.sub("", OPENING.sub("", _PLEASE.sub(r"\1", text))).strip(" ,")
    if clause := _clause(text):
        whether = re.sub(r"^(?:if|whether) ", "", clause)
        if clause == whether:
            return asked(f"{clause}?")
        whether = _TAG.sub("", whether)
        return whether, " or " in whether
    asks_beside = r"^$" if re.match(_STATES, text) else r"\b(?:what|which|where|how)\b"
    if (plain := _TAG.sub("", text)) != text and not re.search(asks_beside, text):
        return plain, bool(re.match(_LEADS, plain))
    asks = asks or bool(_TOPIC.match(text))
    return text, asks or (bool(re.match(_LEADS, text)) and not re.match(r"(?:who|which|when|where) \w+ \w+$", text))


def _last(question: str) -> tuple[str, bool]:
    """The last sentence that asks, or else the last one, and whether it is written as a question."""
    parts = sentences(question)
    asking = [part for part in parts if part.rstrip().endswith("?") or (part is parts[-1] and _ASKS_LAST.match(part))]
    while len(asking) > 1 and _ALSO_ASKED.fullmatch(asking[-1].strip(" .?!,")):
        asking.pop()
    text = (asking or parts or [""])[-1]
    if text.startswith("or ") and (before := asking[:-1] or parts[: parts.index(text)]):
        text = f"{before[-1].rstrip(' .?!')}, {text}"  # "Is he walking? Or running?"
    elif len(asking) > 1 and all(re.fullmatch(r"(?:an? |the )?[\w'-]+\?", part) for part in asking[-2:]):
        text = f"{asking[-2].rstrip(' ?')} or {text}"  # "Indoors? Outdoors?"
    text = text.strip(" .?!\"'")
    return text.rstrip(" :"), bool(asking) or bool(_GIVES.match(text))


def _clause(text: str) -> str:
    """The clause that asks, with its `if` or `whether`; "" where that is the whole sentence."""
    if wanted := _WHETHER.match(text):
        return wanted["asks"]
    if re.match(r"(?:if|whether) (?!.*, )", text):
        return text
    found = None if re.match(_LEADS, text) else _CLAUSE.search(text)
    return found["asks"] if found and found.start() and not _NAMES_TWO.fullmatch(text[: found.start()]) else ""


_SPELLED = (
    (r"[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+|(?<=[\s.?!])[:;]-?[()dp](?=\s|$)", " "),
    (r"(?<=\w)[.,!?]? \(?(?:yes ?(?:or|/) ?no|true ?(?:or|/) ?false|(?<=[.,!?] )right or wrong|y/n)\)? ?\?*$", ""),
    (r"\b(?:do|would) you mind (tell|read|count|show)ing\b", r"\1"),
    (r"\b(?:do|would) you mind (nam|describ|giv)ing\b", r"\1e"),
    (r"\u2019", "'"),
    (r"\bw[ao]ts\b", "whats"),
    (r"\bw[ao]t\b", "what"),
    (r"\b(what|where|who|how)s\b", r"\1's"),
    (r"\b(i|we)(?:'d| should(?= like))\b", r"\1 would"),
    (r"\bgimme\b", "give me"),
    (r"^(what|who|where|how)ever (?=(?:is|are|was|were|do|does|did|has|have)\b)", r"\1 "),
    (r"\bwt[fh]\b", "what"),
    (r"\bid (?=(?:this|that|these|those|the)\b)", "identify "),
    (r" = ", ": "),
    (
        r"(?<=\w)(?:,? (?:lol|lmao|haha\w*|hehe|btw|tho|though)|, (?:dude|bro|mate|dear|buddy))(?=\W*$)",
        "",
    ),
    (r"\bu\b(?!\.)", "you"),
    (r"(?<=\w) r (?=\w)|^r (?=\w)", " are "),
    (r"\b(?:col|coulo)(?:er|ur|r)(s?)\b", r"color\1"),
    (r"\bw(?:hi|i|hit)ch\b", "which"),
    (r"\bhw (?=many\b)", "how "),
    (r"\?\s*\([^()]*\)\s*$", "?"),  # "... on the floor? (I use a wheelchair)"
    (r"\b(?:no|nr)\. (?=(?:of|on|at)\b)", "number "),
    (r"(?<=[a-z]) vs\.? (?=[a-z])", " or "),
    (r"\band ?/ ?or\b", "or"),
    (r"\b(ones?) (?:right|just|back|up|down|over|out|straight) (?=(?:at|in|on|by|near|behind|under|beside) )", r"\1 "),
    (r"\b(he|she|his|her|him) ?/ ?(?:he|she|his|hers?|him)\b", r"\1"),
    (r"(?<=[a-z]) ?/ ?(?=[a-z]{2})", " or "),
)
"""Spellings of chats and forms, and what they stand for; in this order."""


def sentences(question: str) -> list[str]:
    """Its sentences, in lower case; "whats" is "what's"."""
    plain = " ".join(question.split()).lower()
    for spelled, meant in _SPELLED:
        plain = re.sub(spelled, meant, plain)
    parts = re.split(r"(?:(?<=[.?!])|(?<=\w[.?!][\"']))\s+(?=\w)", plain)
    parts = [part for part in parts if re.search(r"\w", part)]
    return [part for part in parts if not _NOTHING_ASKED.match(part.strip(" .?!,"))] or parts
